// Every elementwise op, on dims that are numbers, names and rank 0.

func.func @unary(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %neg = thn.neg %x : tensor<?x3xf32>
  %abs = thn.abs %neg : tensor<?x3xf32>
  %sign = thn.sign %abs : tensor<?x3xf32>
  %sqr = thn.sqr %sign : tensor<?x3xf32>
  %sqrt = thn.sqrt %sqr : tensor<?x3xf32>
  %reciprocal = thn.reciprocal %sqrt : tensor<?x3xf32>
  %exp = thn.exp %reciprocal : tensor<?x3xf32>
  %exp2 = thn.exp2 %exp : tensor<?x3xf32>
  %expm1 = thn.expm1 %exp2 : tensor<?x3xf32>
  %log = thn.log %expm1 : tensor<?x3xf32>
  %log1p = thn.log1p %log : tensor<?x3xf32>
  %log2 = thn.log2 %log1p : tensor<?x3xf32>
  %log10 = thn.log10 %log2 : tensor<?x3xf32>
  %sigmoid = thn.sigmoid %log10 : tensor<?x3xf32>
  %softplus = thn.softplus %sigmoid : tensor<?x3xf32>
  %sin = thn.sin %softplus : tensor<?x3xf32>
  %cos = thn.cos %sin : tensor<?x3xf32>
  %tan = thn.tan %cos : tensor<?x3xf32>
  %arcsin = thn.arcsin %tan : tensor<?x3xf32>
  %arccos = thn.arccos %arcsin : tensor<?x3xf32>
  %arctan = thn.arctan %arccos : tensor<?x3xf32>
  %sinh = thn.sinh %arctan : tensor<?x3xf32>
  %cosh = thn.cosh %sinh : tensor<?x3xf32>
  %tanh = thn.tanh %cosh : tensor<?x3xf32>
  %floor = thn.floor %tanh : tensor<?x3xf32>
  %ceil = thn.ceil %floor : tensor<?x3xf32>
  %round = thn.round %ceil : tensor<?x3xf32>
  %trunc = thn.trunc %round : tensor<?x3xf32>
  return %trunc : tensor<?x3xf32>
}

func.func @tests(%x: tensor<4xf64>) -> (tensor<4xi1>, tensor<4xi1>) {
  %0 = thn.isnan %x : tensor<4xf64>
  %1 = thn.isfinite %x : tensor<4xf64>
  return %0, %1 : tensor<4xi1>, tensor<4xi1>
}

func.func @binary(%x: tensor<?xf64> {thn.dims = ["N"]}, %y: tensor<f64>) -> tensor<?xf64> {
  %add = thn.add %x, %y : tensor<?xf64>, tensor<f64>
  %sub = thn.sub %add, %y : tensor<?xf64>, tensor<f64>
  %mul = thn.mul %sub, %y : tensor<?xf64>, tensor<f64>
  %div = thn.div %mul, %y : tensor<?xf64>, tensor<f64>
  %floordiv = thn.floordiv %div, %y : tensor<?xf64>, tensor<f64>
  %mod = thn.mod %floordiv, %y : tensor<?xf64>, tensor<f64>
  %pow = thn.pow %mod, %y : tensor<?xf64>, tensor<f64>
  %maximum = thn.maximum %pow, %y : tensor<?xf64>, tensor<f64>
  %minimum = thn.minimum %maximum, %y : tensor<?xf64>, tensor<f64>
  %atan2 = thn.atan2 %minimum, %y : tensor<?xf64>, tensor<f64>
  %logaddexp = thn.logaddexp %atan2, %y : tensor<?xf64>, tensor<f64>
  return %logaddexp : tensor<?xf64>
}

func.func @bits(%x: tensor<2x?xui8> {thn.dims = ["N"]}, %y: tensor<2x?xui8> {thn.dims = ["N"]}) -> tensor<2x?xui8> {
  %and = thn.and %x, %y : tensor<2x?xui8>, tensor<2x?xui8>
  %or = thn.or %and, %y : tensor<2x?xui8>, tensor<2x?xui8>
  %xor = thn.xor %or, %y : tensor<2x?xui8>, tensor<2x?xui8>
  %not = thn.not %xor : tensor<2x?xui8>
  return %not : tensor<2x?xui8>
}

func.func @comparisons(%x: tensor<5xi16>, %y: tensor<5xi16>) -> tensor<5xf64> {
  %lt = thn.lt %x, %y : tensor<5xi16>, tensor<5xi16>
  %le = thn.le %x, %y : tensor<5xi16>, tensor<5xi16>
  %gt = thn.gt %x, %y : tensor<5xi16>, tensor<5xi16>
  %ge = thn.ge %x, %y : tensor<5xi16>, tensor<5xi16>
  %eq = thn.eq %x, %y : tensor<5xi16>, tensor<5xi16>
  %ne = thn.ne %x, %y : tensor<5xi16>, tensor<5xi16>
  %all = thn.select %lt, %x, %y : tensor<5xi1>, tensor<5xi16>, tensor<5xi16>
  %wide = thn.cast %all to f64 : tensor<5xi16>
  return %wide : tensor<5xf64>
}
