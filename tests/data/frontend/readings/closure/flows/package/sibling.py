from .inner import name
from ..beyond import nothing
from . import does_not_exist
