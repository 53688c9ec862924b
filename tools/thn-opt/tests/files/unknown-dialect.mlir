// thn-opt: --thn-eqsat
// fails: error: Dialect `toy' not found for custom op 'toy.print'
func.func @f(%x: tensor<4xf32>) {
  toy.print %x
  return
}
