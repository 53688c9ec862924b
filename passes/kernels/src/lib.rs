//! The kernel planner of thn: which ops are computed together.
