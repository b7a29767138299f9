"""Expressions from text, safely: arithmetic and the functions of the table, and nothing else.

The text is parsed with `ast` and never evaluated by Python: every node must be on the list of what is allowed, or the
error points at its place.
"""

import ast
import difflib
import inspect
import math
import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from .composites import mean, softmax
from .errors import DomainError
from .functions import FUNCTIONS
from .primitives import TABLE
from .value import Value

LONGEST = 2000
"""The largest number of characters."""
DEEPEST = 150
"""The largest depth of nesting."""
LARGEST_EXPONENT = 10_000.0

CONSTANTS = {"pi": math.pi, "e": math.e}
OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Mod: "mod", ast.Pow: "pow"}
ALLOWED: dict[str, Callable[..., Any]] = {
    **{name: function for name, function in FUNCTIONS.items() if name not in (*OPERATORS.values(), "neg")},
    "mean": mean, "softmax": softmax,
}  # fmt: skip
SEQUENCES = {"dot": 2} | dict.fromkeys(["mean", "softmax", *(n for n in ALLOWED if n in TABLE and len(TABLE[n].parameters) == 1
                                                             and TABLE[n].variadic)], 1)  # fmt: skip
"""How many arguments of a function, the first ones, are sequences."""
OTHER_NAMES = {"max": "maximum", "min": "minimum", "sum": "fsum", "pow": "x**p", "ln": "log", "arctan": "atan",
               "arcsin": "asin", "arccos": "acos", "logistic": "sigmoid"}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b,
}  # fmt: skip


class ExpressionError(ValueError):
    """Something in an expression that is not allowed or does not work; prints with a caret under the place."""

    def __init__(self, message: str, text: str, column: int) -> None:
        super().__init__(message)
        self.message, self.text, self.column = message, text, column

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.message, self.text, self.column)

    def __str__(self) -> str:
        start = max(0, self.column - 50)
        shown = self.text[start : start + 74]
        return f"{self.message}\n  {shown}\n  {' ' * (self.column - start)}^"


class OutsideDomainError(ExpressionError, DomainError):
    """An operation of an expression was asked for a point outside of its domain."""


class Expression:
    """A parsed expression: call it with a mapping of names to Values or numbers.

    Parameters
    ----------
    text
        E.g. ``"tanh(a*b + c)"``. The functions are those of the table, `mean` and `softmax`; ``[a, b]`` is a sequence,
        ``softmax([a, b])[0]`` an element, ``where(a > 0, a, -a)`` a choice (only the chosen side is computed).

    Raises
    ------
    ExpressionError
        If the text is no expression of this kind, or too long or too deep.

    Examples
    --------
    >>> f = Expression("a*b + 1")
    >>> f.names, f({"a": 2.0, "b": 3.0})
    (['a', 'b'], 7.0)
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.root = self._parsed()
        called = {id(node.func) for node in ast.walk(self.root) if isinstance(node, ast.Call)}
        found = [node for node in ast.walk(self.root) if isinstance(node, ast.Name) and id(node) not in called]
        found.sort(key=lambda node: node.col_offset)
        self.names = [n for n in dict.fromkeys(node.id for node in found) if n not in CONSTANTS]
        """The variables, in the order in which they are written."""

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """The result for `values` of the names: a Value, or a float if no Value is among them."""
        result = self._evaluate(self.root, values)
        if isinstance(result, list):
            raise self._error(
                "the result must be one number, and this is a sequence: take an element, such as [0]", self.root
            )
        if isinstance(result, Value) and not any(isinstance(x, Value) for x in values.values()):
            return result.data  # where() gives a Value when one of its sides is not computed
        return result

    # Parsing ----------------------------------------------------------------------------------------------

    def _parsed(self) -> ast.expr:
        if not self.text:
            raise ExpressionError("the expression is empty", self.text, 0)
        if len(self.text) > LONGEST:
            raise ExpressionError(
                f"the expression has {len(self.text)} characters, the limit is {LONGEST}", self.text, LONGEST
            )
        level = 0
        for column, character in enumerate(self.text):
            level += (character in "([{") - (character in ")]}")
            if level > DEEPEST:
                raise ExpressionError(f"brackets are nested deeper than {DEEPEST}", self.text, column)
            if character in "\n\r\t\f\\#\0":
                raise ExpressionError(f"the character {character!r} is not allowed", self.text, column)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # such as 1if: what is wrong with it is said below
                root = ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            column = min(max(0, (error.offset or 1) - 1), len(self.text))
            raise ExpressionError(f"this is no expression: {error.msg}", self.text, column) from None
        except (RecursionError, MemoryError, ValueError):
            raise ExpressionError(
                "the expression is nested too deeply or holds too long a number", self.text, 0
            ) from None
        level_of = [(root, 1)]
        while level_of:  # not recursive: the depth is what is in question
            node, level = level_of.pop()
            if level > DEEPEST:
                raise self._error(f"operations are nested deeper than {DEEPEST}", node)
            level_of += [(child, level + 1) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
            level_of += [(keyword.value, level + 1) for keyword in getattr(node, "keywords", ())]
        self._check(root)
        return root

    def _error(self, message: str, node: ast.AST) -> ExpressionError:
        offset = getattr(node, "col_offset", 0)
        return ExpressionError(message, self.text, len(self.text.encode()[:offset].decode()))

    def _check(self, node: ast.expr) -> None:
        """Raise if `node` or anything in it is not on the list."""
        match node:
            case ast.Constant(value=bool() | complex()) | ast.Constant(value=str() | bytes() | None):
                raise self._error(f"{self._source(node)} is no real number", node)
            case ast.Constant(value=int() | float()):
                if not _is_float(node.value):
                    raise self._error("this number is larger than the largest float, 1.8e308", node)
            case ast.BinOp(left=left, op=op, right=right):
                if type(op) not in OPERATORS:
                    raise self._error(
                        f"the operator in '{self._source(node)}' is not allowed: write + - * / % or **", node
                    )
                self._check(left)
                self._check(right)
            case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=operand):
                self._check(operand)
            case ast.Call(func=ast.Name(id=name)):
                self._check_call(node, name)
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                for element in elements:
                    self._check(element)
            case ast.Subscript(value=ast.Call(func=ast.Name(id="softmax")) as call, slice=ast.Constant(value=int())):
                self._check(call)
            case ast.Name():
                if node.id in ALLOWED:
                    raise self._error(f"{node.id} is a function: write {node.id}(...)", node)
            case ast.Compare():
                raise self._error("a comparison is allowed only as the condition of where(condition, a, b)", node)
            case ast.Call():
                raise self._error(
                    f"'{self._source(node.func)}' cannot be called: only functions of the table can", node
                )
            case _:
                raise self._error(
                    f"'{self._source(node)}' is not allowed: only numbers, names, + - * / % **, and functions of the table are",
                    node,
                )

    def _check_call(self, node: ast.Call, name: str) -> None:
        if name not in ALLOWED:
            close = [OTHER_NAMES[name]] if name in OTHER_NAMES else difflib.get_close_matches(name, ALLOWED, 1)
            hint = f": did you mean {close[0]}?" if close else "; python -m autograd_core --help lists the functions"
            raise self._error(f"there is no function '{name}'{hint}", node)
        arguments = list(node.args)
        if name == "where" and arguments:
            self._check_condition(arguments.pop(0))
        for argument in arguments:
            self._check(argument)
        for keyword in node.keywords:
            if keyword.arg is None:
                raise self._error("** is not allowed here: name the argument", keyword.value)
            self._check(keyword.value)

    def _check_condition(self, node: ast.expr) -> None:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
                self._check(left)
                self._check(right)
            case _:
                raise self._error("the condition of where is one comparison with <, <=, > or >=", node)

    def _source(self, node: ast.AST) -> str:
        text = ast.get_source_segment(self.text, node) or type(node).__name__
        return text if len(text) <= 40 else text[:37] + "..."

    # Evaluating -------------------------------------------------------------------------------------------

    def _evaluate(self, node: ast.expr, values: Mapping[str, Any]) -> Any:
        match node:
            case ast.Constant():
                return float(node.value)  # type: ignore[arg-type]
            case ast.Name():
                if node.id in values:
                    return values[node.id]
                if node.id in CONSTANTS:
                    return CONSTANTS[node.id]
                raise self._error(f"'{node.id}' has no value: add {node.id}=...", node)
            case ast.UnaryOp():
                operand = self._number(node.operand, values)
                if isinstance(node.op, ast.UAdd):
                    return operand
                return -operand
            case ast.BinOp():
                operands = [self._number(node.left, values), self._number(node.right, values)]
                exponent = operands[1]
                if isinstance(node.op, ast.Pow) and isinstance(exponent, float) and abs(exponent) > LARGEST_EXPONENT:
                    raise self._error(
                        f"the exponent {exponent:g} is too large, the limit is {LARGEST_EXPONENT:g}", node.right
                    )
                return self._applied(node, FUNCTIONS[OPERATORS[type(node.op)]], operands, {})
            case ast.List() | ast.Tuple():
                return [self._number(element, values) for element in node.elts]
            case ast.Subscript():
                elements, index = self._evaluate(node.value, values), node.slice.value  # type: ignore[attr-defined]
                if index >= len(elements):
                    raise self._error(
                        f"there are {len(elements)} elements, the last is [{len(elements) - 1}]", node.slice
                    )
                return elements[index]
            case ast.Call():
                return self._called(node, values)
        raise self._error("this cannot be evaluated", node)

    def _number(self, node: ast.expr, values: Mapping[str, Any]) -> Any:
        """The value of a part that must be one number."""
        result = self._evaluate(node, values)
        if isinstance(result, list):
            raise self._error("one number is needed here, and this is a sequence", node)
        return result

    def _sequence(self, node: ast.expr, values: Mapping[str, Any], name: str) -> Any:
        """The value of an argument that must be a sequence."""
        result = self._evaluate(node, values)
        if not isinstance(result, list):
            raise self._error(f"{name} takes a sequence here: write [a, b]", node)
        return result

    def _called(self, node: ast.Call, values: Mapping[str, Any]) -> Any:
        name = node.func.id  # type: ignore[attr-defined]
        arguments: list[Any] = []
        for i, argument in enumerate(node.args):
            if name == "where" and i == 0:
                arguments.append(self._holds(argument, values))
            elif name == "where":
                arguments.append(lambda a=argument: self._number(a, values))
            elif i < SEQUENCES.get(name, 0):
                arguments.append(self._sequence(argument, values, name))
            else:
                arguments.append(self._number(argument, values))
        keywords = {keyword.arg: self._number(keyword.value, values) for keyword in node.keywords}
        return self._applied(node, ALLOWED[name], arguments, keywords)

    def _holds(self, node: ast.expr, values: Mapping[str, Any]) -> bool:
        assert isinstance(node, ast.Compare)  # _check_condition has seen to it
        left, right = self._number(node.left, values), self._number(node.comparators[0], values)
        return bool(COMPARISONS[type(node.ops[0])](left, right))

    def _applied(
        self, node: ast.expr, function: Callable[..., Any], arguments: list[Any], keywords: dict[Any, Any]
    ) -> Any:
        """The result of a function; what it raises points at the place."""
        try:
            return function(*arguments, **keywords)
        except ExpressionError:
            raise
        except DomainError as error:
            place = self._error(str(error), node)
            raise OutsideDomainError(place.message, place.text, place.column) from None
        except (TypeError, ValueError) as error:
            message = str(error)
            if isinstance(node, ast.Call) and ("positional argument" in message or "keyword argument" in message):
                message = f"{function.__name__} takes {_signature(function)}"
            raise self._error(message, node) from None


def _signature(function: Callable[..., Any]) -> str:
    """The arguments of a function as they are written."""
    names = []
    for parameter in inspect.signature(function).parameters.values():
        default = "" if parameter.default is parameter.empty else f"={parameter.default:g}"
        names.append(parameter.name + default)
    return f"({', '.join(names)})"


def _is_float(number: Any) -> bool:
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False


def assignments(texts: list[str], names: list[str]) -> dict[str, float]:
    """The numbers given as ``name=number`` for the variables `names` of an expression, in that order.

    Raises
    ------
    ValueError
        If one is missing, given twice, not used, no name, or no finite number.

    Examples
    --------
    >>> assignments(["b=-3", "a=2"], ["a", "b"])
    {'a': 2.0, 'b': -3.0}
    """
    given: dict[str, float] = {}
    for text in texts:
        name, equals, number = text.partition("=")
        name = name.strip()
        if not equals or not re.fullmatch(r"[^\W\d]\w*", name):
            raise ValueError(f"'{text[:60]}' is no assignment: write name=number, such as a=2")
        if name in CONSTANTS or name in ALLOWED:
            kind = "constant" if name in CONSTANTS else "function"
            raise ValueError(f"'{name}' is the name of a {kind}: choose another one for the variable")
        if name in given:
            raise ValueError(f"'{name}' is given twice")
        try:
            given[name] = float(number)
        except ValueError:
            raise ValueError(f"'{text[:60]}': '{number[:40]}' is no number") from None
        if not math.isfinite(given[name]):
            raise ValueError(f"'{text[:60]}': a finite number is needed")
    unused = [name for name in given if name not in names]
    if unused:
        raise ValueError(f"'{unused[0]}' does not occur in the expression, which has {_listed(names)}")
    missing = [name for name in names if name not in given]
    if missing:
        raise ValueError(f"no number for {_listed(missing)}: add {' '.join(f'{name}=...' for name in missing)}")
    return {name: given[name] for name in names}


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names) if names else "no variables"
