"""The subjects of the pictures, by name, on a canvas of 400 x 400 with the table at y = 326."""

from modules.storefront.art.motifs.bags import BAGS
from modules.storefront.art.motifs.home import HOME
from modules.storefront.art.motifs.kitchen import KITCHEN
from modules.storefront.art.motifs.nature import NATURE
from modules.storefront.art.motifs.occasions import OCCASIONS
from modules.storefront.art.motifs.small_things import SMALL_THINGS

MOTIFS: dict[str, str] = {**BAGS, **HOME, **KITCHEN, **NATURE, **OCCASIONS, **SMALL_THINGS}
