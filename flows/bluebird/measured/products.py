"""Writes catalog.csv, the 500 made-up products of the demo shop: python3 flows/bluebird/measured/products.py > flows/bluebird/catalog.csv

The same numbers come out each time. Prices, sizes and colours go by the kind of thing; not every combination exists.
"""
import csv
import random
import sys

rng = random.Random(2026)
BIRDS = "Finch Wren Heron Swift Plover Kite Owl Robin Lark Martin Dove Teal Rook Merlin Curlew Avocet Tern Linnet Siskin Dipper".split()
COLOURS = "white black blue green red yellow grey pink brass copper".split()
TEXTILE = "white grey blue green red yellow pink mustard".split()
# kind, other words for it, colours, materials, rooms, lowest and highest price, lowest and highest height in cm, how many
KINDS = [
    ("table lamp", "lamp", COLOURS, ["stoneware", "glass", "brass", "oak"], ["living room", "bedroom"], 29, 129, 28, 60, 60),
    ("floor lamp", "lamp|standard lamp", COLOURS, ["oak", "brass", "steel"], ["living room", "office"], 79, 299, 135, 180, 50),
    ("desk lamp", "lamp|reading lamp", COLOURS, ["steel", "brass"], ["office", "bedroom"], 35, 149, 35, 65, 50),
    ("pendant light", "lamp|ceiling lamp|ceiling light", COLOURS, ["glass", "steel", "paper"], ["kitchen", "living room"], 39, 249, 18, 60, 50),
    ("wall light", "lamp|sconce", COLOURS, ["glass", "brass", "steel"], ["bedroom", "hall", "bathroom"], 29, 119, 15, 40, 40),
    ("outdoor light", "lamp|garden lamp|garden light", ["black", "grey", "green", "copper"], ["steel", "copper"], ["garden"], 35, 139, 20, 90, 25),
    ("night light", "lamp", ["white", "pink", "blue", "yellow"], ["silicone", "paper"], ["nursery"], 15, 39, 10, 22, 20),
    ("cushion", "pillow|cushion cover", TEXTILE, ["linen", "cotton", "velvet", "wool"], ["living room", "bedroom"], 15, 59, 40, 60, 60),
    ("throw", "blanket", TEXTILE, ["wool", "cotton"], ["living room", "bedroom"], 29, 119, 130, 200, 30),
    ("rug", "carpet", TEXTILE, ["wool", "jute", "cotton"], ["living room", "hall"], 49, 349, 80, 300, 35),
    ("vase", "", COLOURS, ["stoneware", "glass"], ["living room", "kitchen"], 12, 79, 12, 45, 25),
    ("mirror", "", ["black", "brass", "white"], ["oak", "steel", "brass"], ["hall", "bathroom", "bedroom"], 39, 249, 40, 160, 20),
    ("candle", "", ["white", "green", "pink", "yellow"], ["soy wax", "beeswax"], ["living room", "bathroom"], 8, 35, 8, 20, 15),
    ("shelf", "bookshelf", ["white", "black", "grey"], ["oak", "steel", "walnut"], ["office", "living room"], 39, 299, 20, 190, 20),
]
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["name", "kind", "also", "colour", "material", "room", "price", "height cm", "dimmable", "text", "link"])
seen = set()
for kind, also, colours, materials, rooms, low, high, small, tall, count in KINDS:
    made = 0
    while made < count:
        bird, colour, material = rng.choice(BIRDS), rng.choice(colours), rng.choice(materials)
        if (bird, kind, colour, material) in seen:
            continue
        seen.add((bird, kind, colour, material))
        made += 1
        lit = "light" in kind or "lamp" in kind
        price = rng.randint(low, high)
        height = rng.randint(small, tall)
        room = "|".join(sorted(rng.sample(rooms, rng.randint(1, len(rooms)))))
        dimmable = rng.choice(["yes", "no"]) if lit else ""
        text = f"{material.capitalize()}, {height} cm" + (", can be dimmed" if dimmable == "yes" else "")
        link = f"https://bluebird.example/p/{bird}-{kind}-{colour}-{material}".lower().replace(" ", "-")
        out.writerow([f"{bird} {kind}", kind, also, colour, material, room, price, height, dimmable, text, link])
