def fill(flow):
    flow.filled = 1
