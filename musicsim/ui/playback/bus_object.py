"""D-Bus object as data: its interfaces, and the answer to each call. Knows neither Qt nor the bus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

PROPERTIES = "org.freedesktop.DBus.Properties"
INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"

_ERRORS = "org.freedesktop.DBus.Error"
_NUMBERS = frozenset("ynqiuxtd")
_EMITS = '<annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="{0}"/>'


class BusError(Exception):
    """Error for a call that can't be answered; the caller gets its name and message."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = f"{_ERRORS}.{name}"


class Typed(NamedTuple):
    """Value of a variant, with its D-Bus signature."""

    type: str
    value: Any


class Argument(NamedTuple):
    """Argument of a method or signal."""

    name: str
    type: str


@dataclass(frozen=True)
class Property:
    """Property, with its getter and, unless it is read-only, its setter."""

    type: str
    get: Callable[[], Any]
    set: Callable[[Any], None] | None = None
    emits: str = "true"
    """Whether a change is announced: "true", "invalidates" (without the new value), "false" or "const"."""


@dataclass(frozen=True)
class Method:
    """Method and its implementation; `run` returns the method's result, if any."""

    run: Callable[..., Any]
    takes: tuple[Argument, ...] = ()
    gives: Argument | None = None


@dataclass(frozen=True)
class Interface:
    """One interface of an object."""

    name: str
    methods: Mapping[str, Method] = field(default_factory=dict)
    properties: Mapping[str, Property] = field(default_factory=dict)
    signals: Mapping[str, tuple[Argument, ...]] = field(default_factory=dict)

    def values(self, emits: str | None = None) -> dict[str, Typed]:
        """Return the current property values by name; only those with this `emits`, if it is given."""
        return {
            name: Typed(each.type, each.get())
            for name, each in self.properties.items()
            if emits in (None, each.emits)
        }


class BusObject:
    """Object at a path, with its interfaces."""

    def __init__(self, path: str, interfaces: Sequence[Interface]) -> None:
        self.path = path
        self.interfaces = tuple(interfaces)
        self._by_name = {interface.name: interface for interface in interfaces}

    def introspection(self, path: str) -> str | None:
        """Return the XML that describes the object or a node above it; None for any other path."""
        if path == self.path:
            inside = "".join(line for each in self.interfaces for line in _describe(each))
        elif (above := path.rstrip("/") + "/") and self.path.startswith(above):
            child = self.path.removeprefix(above).partition("/")[0]
            inside = f'<node name="{child}"/>'
        else:
            return None
        return f"<node>{_STANDARD if path == self.path else ''}{inside}</node>"

    def answer(
        self, interface: str | None, member: str, signature: str, arguments: Sequence[Any]
    ) -> tuple[str, list[Any]]:
        """Carry out a call; return the answer's signature and values.

        Parameters
        ----------
        interface
            None if the caller names none, as D-Bus allows.
        arguments
            Variants are given as `Typed`.

        Raises
        ------
        BusError
            If the method or property does not exist, or the arguments don't fit it.
        """
        if interface == PROPERTIES:
            return self._answer_properties(member, signature, arguments)
        if interface is not None and interface not in self._by_name:
            raise BusError("UnknownInterface", f"no interface {interface}")
        among = self.interfaces if interface is None else (self._by_name[interface],)
        method = next((each.methods[member] for each in among if member in each.methods), None)
        if method is None:
            raise BusError("UnknownMethod", f"no method {member} in {interface}")
        expected = "".join(argument.type for argument in method.takes)
        if signature != expected:
            raise BusError("InvalidArgs", f"{member} takes '{expected}', not '{signature}'")
        given = method.run(*arguments)
        return ("", []) if method.gives is None else (method.gives.type, [given])

    def _answer_properties(
        self, member: str, signature: str, arguments: Sequence[Any]
    ) -> tuple[str, list[Any]]:
        match member, signature:
            case "GetAll", "s":
                return "a{sv}", [self._interface(arguments[0]).values()]
            case "Get", "ss":
                wanted = self._property(*arguments)
                return "v", [Typed(wanted.type, wanted.get())]
            case "Set", "ssv":
                *names, value = arguments
                wanted = self._property(*names)
                if wanted.set is None:
                    raise BusError("PropertyReadOnly", f"{names[1]} can't be set")
                if value.type != wanted.type and not _NUMBERS.issuperset((value.type, wanted.type)):
                    raise BusError(
                        "InvalidArgs", f"{names[1]} is '{wanted.type}', not '{value.type}'"
                    )
                wanted.set(value.value)
                return "", []
        raise BusError("UnknownMethod", f"no method {member}({signature}) in {PROPERTIES}")

    def _interface(self, name: str) -> Interface:
        try:
            return self._by_name[name]
        except KeyError:
            raise BusError("UnknownInterface", f"no interface {name}") from None

    def _property(self, interface: str, name: str) -> Property:
        try:
            return self._interface(interface).properties[name]
        except KeyError:
            raise BusError("UnknownProperty", f"no property {name} in {interface}") from None


def _describe(interface: Interface) -> Iterator[str]:
    """Yield introspection XML in pieces."""
    yield f'<interface name="{interface.name}">'
    for name, method in interface.methods.items():
        takes = "".join(_argument(each, ' direction="in"') for each in method.takes)
        gives = _argument(method.gives, ' direction="out"') if method.gives else ""
        yield f'<method name="{name}">{takes}{gives}</method>'
    for name, arguments in interface.signals.items():
        yield f'<signal name="{name}">{"".join(_argument(each) for each in arguments)}</signal>'
    for name, each in interface.properties.items():
        access = "read" if each.set is None else "readwrite"
        yield f'<property name="{name}" type="{each.type}" access="{access}">'
        yield f"{_EMITS.format(each.emits)}</property>"
    yield "</interface>"


def _argument(argument: Argument, direction: str = "") -> str:
    return f'<arg name="{argument.name}" type="{argument.type}"{direction}/>'


def _nothing(*_: Any) -> None:
    """Do nothing: `BusObject.answer` or the bus library does the work."""


_STANDARD = "".join(
    line
    for interface in (
        Interface(
            PROPERTIES,
            {
                "Get": Method(
                    _nothing,
                    (Argument("interface", "s"), Argument("property", "s")),
                    Argument("value", "v"),
                ),
                "GetAll": Method(
                    _nothing, (Argument("interface", "s"),), Argument("values", "a{sv}")
                ),
                "Set": Method(
                    _nothing,
                    (
                        Argument("interface", "s"),
                        Argument("property", "s"),
                        Argument("value", "v"),
                    ),
                ),
            },
            signals={
                "PropertiesChanged": (
                    Argument("interface", "s"),
                    Argument("changed", "a{sv}"),
                    Argument("invalidated", "as"),
                )
            },
        ),
        Interface(INTROSPECTABLE, {"Introspect": Method(_nothing, gives=Argument("xml", "s"))}),
    )
    for line in _describe(interface)
)
