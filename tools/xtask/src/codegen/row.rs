//! A row of the op table as `llvm-tblgen` reads it.

use serde_json::Value;

/// A record of the table as written.
pub(super) struct Row {
    pub(super) name: String,
    /// The name of the file under `dialects/thn/ops`, and the line in it.
    pub(super) place: (String, u32),
    pub(super) mnemonic: String,
    pub(super) summary: String,
    pub(super) operands: Vec<(String, bool)>,
    pub(super) attrs: Vec<(String, &'static str)>,
    pub(super) regions: usize,
    pub(super) shaped: bool,
    pub(super) commutative: bool,
    pub(super) formula: String,
    pub(super) expand: String,
    pub(super) prim: String,
    pub(super) iterate: String,
    pub(super) library: String,
    pub(super) partials: Vec<String>,
    pub(super) transpose: String,
    pub(super) properties: Vec<String>,
    pub(super) undoes: String,
    pub(super) domain: String,
    pub(super) dtypes: String,
    pub(super) result_dtype: String,
    pub(super) foreign: Vec<String>,
    pub(super) cost: u64,
    pub(super) max_ulp: u64,
    /// What NumPy or SciPy, and Theano, call the op; empty if they do not have it.
    pub(super) numpy: String,
    pub(super) theano: String,
    /// The op in a function; empty if it can be made from the row.
    pub(super) example: String,
    /// MLIR's declarative assembly.
    pub(super) assembly: String,
}

impl Row {
    pub(super) fn read(json: &Value, name: &str) -> Result<Row, String> {
        let record = &json[name];
        let text = |key: &str| record[key].as_str().unwrap_or_default().to_string();
        let texts = |key: &str| -> Vec<String> {
            record[key]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_string)
                .collect()
        };
        let place =
            record["!locs"][0].as_str().and_then(place).ok_or_else(|| format!("{name} has no line"))?;
        let mut row = Row {
            name: name.trim_start_matches("Thn_").trim_end_matches("Op").to_string(),
            place,
            mnemonic: text("opName"),
            summary: text("summary"),
            operands: vec![],
            attrs: vec![],
            regions: record["regions"]["args"].as_array().map_or(0, Vec::len),
            shaped: false,
            commutative: record["traits"]
                .as_array()
                .is_some_and(|t| t.iter().any(|t| t["def"] == "Commutative")),
            formula: text("formula"),
            expand: text("expand"),
            prim: text("prim"),
            iterate: text("iterate"),
            library: text("library"),
            partials: texts("partials"),
            transpose: text("transpose"),
            properties: texts("properties"),
            undoes: text("undoes"),
            domain: text("domain"),
            dtypes: text("dtypes"),
            result_dtype: text("result_dtype"),
            foreign: texts("foreign"),
            cost: record["cost"].as_u64().unwrap_or(1),
            max_ulp: record["max_ulp"].as_u64().unwrap_or(1),
            numpy: text("numpy"),
            theano: text("theano"),
            example: text("example"),
            assembly: text("assemblyFormat"),
        };
        for argument in record["arguments"]["args"].as_array().into_iter().flatten() {
            let def = argument[0]["def"].as_str().unwrap_or_default();
            let field = argument[1].as_str().unwrap_or_default().to_string();
            let superclasses = json[def]["!superclasses"].as_array().cloned().unwrap_or_default();
            let is = |class: &str| superclasses.iter().any(|s| s == class);
            if is("OptionalAttr") && field == "dims" {
                row.shaped = true;
            } else if is("Attr") {
                let kind = match def {
                    "I64Attr" => "Int",
                    "DenseI64ArrayAttr" => "Ints",
                    "Thn_DimAttr" => "Dim",
                    "Thn_DimsAttr" => "Dims",
                    "StrAttr" => "Str",
                    "TypeAttr" => "DType",
                    "ElementsAttr" => "Literal",
                    other => {
                        return Err(row.error("arguments", 0, &format!("attribute kind {other} is unknown")));
                    }
                };
                row.attrs.push((field, kind));
            } else {
                row.operands.push((field, is("Variadic")));
            }
        }
        Ok(row)
    }

    /// The op's names elsewhere: "NumPy: `np.exp`; Theano: `exp`".
    pub(super) fn names(&self) -> Option<String> {
        let named = [("NumPy", &self.numpy), ("Theano", &self.theano)];
        let known: Vec<String> = named
            .iter()
            .filter(|(_, name)| !name.is_empty())
            .map(|(whose, name)| format!("{whose}: `{name}`"))
            .collect();
        (!known.is_empty()).then(|| known.join("; "))
    }

    pub(super) fn error(&self, field: &str, offset: usize, what: &str) -> String {
        let (file, line) = &self.place;
        format!("ops/{file}:{line}: op `{}`, field `{field}`, offset {offset}: {what}", self.mnemonic)
    }
}

/// A place as `llvm-tblgen` writes it: `choice.td:7`.
fn place(location: &str) -> Option<(String, u32)> {
    let (file, line) = location.split_once(':')?;
    Some((file.to_owned(), line.parse().ok()?))
}
