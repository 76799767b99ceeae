"""The built-in carriers."""

from __future__ import annotations

from planner.scenario.things import Carrier

BUILT_IN: dict[str, Carrier] = {
    "electricity": Carrier(label="electricity", label_zh="电力", dumping=False),
    "steam": Carrier(label="steam", label_zh="蒸汽", temperature_c=165.0, dumping=True),
    "hot_water": Carrier(label="hot water", label_zh="热水", temperature_c=85.0, dumping=True),
    "warm_water": Carrier(label="warm water", label_zh="温水", temperature_c=55.0, dumping=True),
    "cooling": Carrier(label="cooling", label_zh="冷量", dumping=True),
    "compressed_air": Carrier(label="compressed air", label_zh="压缩空气", dumping=True),
    "gas": Carrier(label="natural gas", label_zh="天然气", dumping=False),
    "coal": Carrier(label="coal", label_zh="煤炭", dumping=False),
    "diesel": Carrier(label="diesel", label_zh="柴油", dumping=False),
    "biomass": Carrier(label="biomass", label_zh="生物质", dumping=False),
    "hydrogen": Carrier(label="hydrogen", label_zh="氢气", dumping=False),
    "co2": Carrier(label="captured CO2", label_zh="捕集二氧化碳", dumping=True),
}
