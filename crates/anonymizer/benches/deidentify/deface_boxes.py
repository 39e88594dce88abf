"""What deface (PyPI) finds at its defaults: paths of pictures in, one a line; a line of JSON out for each.

"covers" are the boxes round the ellipses that deface would blur, "boxes" what its detector saw; x, y, width, height in px.
"""

import json
import sys
import time

import imageio.v2 as iio
from deface.centerface import CenterFace
from deface.deface import scale_bb

THRESHOLD = 0.2
MASK_SCALE = 1.3


def box(x1, y1, x2, y2):
    return [float(x1), float(y1), float(x2 - x1), float(y2 - y1)]


def main():
    out, sys.stdout = sys.stdout, sys.stderr  # its constructor prints
    detector = CenterFace()
    for path in sys.stdin:
        begun = time.perf_counter()
        found, _ = detector(iio.imread(path.rstrip("\n")), threshold=THRESHOLD)
        seconds = time.perf_counter() - begun
        corners = [tuple(face[:4].astype(int)) for face in found]
        answer = {
            "seconds": seconds,
            "boxes": [box(*face[:4]) for face in found],
            "covers": [box(*scale_bb(*face, MASK_SCALE)) for face in corners],
        }
        print(json.dumps(answer), file=out, flush=True)


main()
