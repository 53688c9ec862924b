"""Prints `names.list`: the rewrites that Theano and PyTensor register or define, read from their sources.

    python3 list_names.py PyTensor=DIR/pytensor Theano=DIR/theano > names.list

where the folders are those of the two packages as PyPI has them. A rewrite is a function or class under one of their
decorators for rewrites, a subclass of their rewriters, or a rewriter built from a pattern.
"""

import ast
import os
import sys

DECORATORS = ("register_", "node_rewriter", "graph_rewriter", "local_optimizer", "register_opt", "inplace_optimizer")
BASES = ("GraphRewriter", "NodeRewriter", "Optimizer")
MAKERS = ("PatternNodeRewriter", "PatternSub", "RemovalNodeRewriter", "OpRemove", "SubstitutionNodeRewriter", "OpSub")
# Tests, kernels of the linkers, and the engines that run rewrites.
SKIPPED = ("tests", "link", "graph", "gof", "compile", "assumptions")


def names(path):
    for node in ast.walk(ast.parse(open(path, encoding="utf8").read())):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            marks = [ast.unparse(d) for d in node.decorator_list]
            bases = [ast.unparse(b) for b in node.bases] if isinstance(node, ast.ClassDef) else []
            found = any(k in m for k in DECORATORS for m in marks) or any(k in b for k in BASES for b in bases)
            if found and not node.name.startswith("_"):
                yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            if any(k in ast.unparse(node.value.func) for k in MAKERS):
                for target in node.targets:
                    yield ast.unparse(target)


out = set()
for argument in sys.argv[1:]:
    system, root = argument.split("=")
    for folder, _, files in os.walk(root):
        parts = os.path.relpath(folder, root).split(os.sep)
        if not any(p in SKIPPED for p in parts[:1]) and "tests" not in parts:
            for file in files:
                if file.endswith(".py"):
                    out.update((name, system) for name in names(os.path.join(folder, file)))
print("# Written by list_names.py from PyTensor 3.0.7 and Theano 1.0.5.")
for name, system in sorted(out):
    print(system, name)
