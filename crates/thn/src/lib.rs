//! Theano reborn: symbolic tensors, gradients and compiled functions.
