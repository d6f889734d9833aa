import random

value = 1
