def attack():
    return []
