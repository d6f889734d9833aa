"""Cards are read and not drawn: components take any arguments, and `current.card` takes any component."""

from collections.abc import Callable, Iterator

from flowc.runtime_shim.typed import Any


class MetaflowCardComponent:
    """A component that draws nothing."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def update(self, *_: Any, **__: Any) -> None:
        """Do nothing."""

    def render(self) -> str:
        """Return an empty text."""
        return ""

    @classmethod
    def from_dataframe(cls, *_: Any, **__: Any) -> "MetaflowCardComponent":
        """Return a component."""
        return cls()

    from_matplotlib = from_pil_image = from_altair_chart = from_dataframe


class CardCollector:
    """`current.card`: takes components and keeps none. `current.card["id"]` is another."""

    components: list[Any]

    def __init__(self) -> None:
        self.components = []

    def append(self, component: Any, id: str | None = None) -> None:
        """Take a component."""

    def extend(self, components: Any) -> None:
        """Take components."""

    def clear(self) -> None:
        """Do nothing."""

    def refresh(self, *_: Any, **__: Any) -> None:
        """Do nothing."""

    def get(self, *_: Any, **__: Any) -> list[Any]:
        """Return no cards."""
        return []

    def __getitem__(self, key: Any) -> "CardCollector":
        return CardCollector()

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0


_COMPONENTS = (
    "Artifact", "Table", "Image", "Error", "Markdown", "VegaChart", "ProgressBar", "ValueBox", "PythonCode", "EventsTimeline",
    "JSONViewer", "YAMLViewer",
)  # fmt: skip


def component(name: str) -> type[MetaflowCardComponent]:
    """Return the component class of that name; raises KeyError where there is none."""
    if name not in _COMPONENTS:
        raise KeyError(name)
    return type(name, (MetaflowCardComponent,), {"__doc__": f"Stands for Metaflow's {name}."})


def names() -> dict[str, Callable[[], Any]]:
    """Return what `metaflow.cards` offers, each made when it is asked for."""
    found: dict[str, Callable[[], Any]] = {name: (lambda name=name: component(name)) for name in _COMPONENTS}  # type: ignore[misc]
    found["MetaflowCardComponent"] = lambda: MetaflowCardComponent
    found["get_cards"] = lambda: lambda *_, **__: []
    return found
