"""Many processes at one layer cache: each keeps, reads, clears and checks what it gets.

python hammering.py FOLDER SEED
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from made_images import layers as make

from uvdive.image.layer_index import LayerData
from uvdive.image.layers.blobs import read_layer
from uvdive.image.layers.cache import LayerCache
from uvdive.image.stream import ChunkStream

ROUNDS = 50


def layer(number: int) -> LayerData:
    data = make.layer(*(make.file(f"d/{number}/{name}", b"kept") for name in range(10 * number + 1)))
    return read_layer(ChunkStream([data]), len(data), lambda _path, _size: True)


def hammer(folder: Path, seed: int) -> int:
    """How many layers came back, each as it was kept."""
    choose = random.Random(seed)
    known = [layer(number) for number in range(6)]
    # So small that layers are evicted all the time.
    cache = LayerCache(folder, limit=20_000)
    found = 0
    for _ in range(ROUNDS):
        mine = choose.choice(known)
        assert mine.diff_id is not None
        cache.keep_layer(mine)
        back = cache.layer(mine.diff_id)
        assert back in (None, mine)
        found += back is not None
        if choose.random() < 0.03:
            cache.clear()
        assert cache.info().bytes >= 0
    return found


if __name__ == "__main__":
    sys.stdout.write(str(hammer(Path(sys.argv[1]), int(sys.argv[2]))))
