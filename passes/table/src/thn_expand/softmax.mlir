// thn-opt: --thn-expand
func.func @f(%x: tensor<?x3xf64>) -> tensor<?x3xf64> {
  %0 = thn.softmax %x axes = [1] : tensor<?x3xf64>
  return %0 : tensor<?x3xf64>
}
