"""One good scenario and, line by line, everything that can be wrong or implausible in it, with its message."""

from __future__ import annotations

GOOD = """\
[scenario]
name = "good"
province = "Jiangsu"
[horizon]
first_year = 2026
last_year = 2030
[demands.motors]
carrier = "electricity"
annual_mwh = 5000
[demands.drying]
carrier = "steam"
annual_mwh = "9000 t_steam"
profile = "two_shift"
[markets.grid]
carrier = "electricity"
price_per_mwh = 650
[markets.gas]
fuel = "natural_gas"
[converters.gas_boiler]
existing_mw = 3.0
"""

LINES = GOOD.count("\n")
NEXT = LINES + 1
AFTER = LINES + 2
# what is added to GOOD, and the message or a telling part of it
BAD: dict[str, tuple[str, str]] = {
    "unknown table": (
        "[tariffs]\n",
        f"{NEXT}:2: tariffs: got an unknown key, wanted a key of the scenario; known: base_year, carriers, "
        "contracts, converters, demands, durability, emissions, finance, futures, futures_rules, horizon, instruments, "
        "management, markets, production, rating, retrofits, scenario, site, solver, stores",
    ),
    "misspelt key": (
        '[finance]\ntimming = "end"',
        f"{AFTER}:1: finance.timming: got an unknown key, wanted a key of [finance]; did you mean timing",
    ),
    "misspelt key of a table that may be left out": (
        '[rating]\nboundry = "type_1"',
        f"{AFTER}:1: rating.boundry: got an unknown key, wanted a key of [rating]; did you mean boundary",
    ),
    "misspelt word": (
        '[finance]\ntiming = "ende"',
        f'{AFTER}:10: finance.timing: got "ende", wanted one of start, mid, end; did you mean end',
    ),
    "text for a number": (
        '[converters.pv_roof]\ncapex_per_kw = "2k"',
        f'{AFTER}:16: converters.pv_roof.capex_per_kw: got "2k", wanted a number ≥ 0 [CNY/kW]',
    ),
    "quoted number": (
        '[site]\nroof_m2 = "500"',
        f'{AFTER}:11: site.roof_m2: got "500", wanted a number ≥ 0 [m²]; did you mean 500 without quotes',
    ),
    "negative": ("[site]\nroof_m2 = -1", f"{AFTER}:11: site.roof_m2: got -1, wanted a number ≥ 0 [m²]"),
    "percent": (
        "[finance]\ndiscount_rate = 8",
        f"{AFTER}:17: finance.discount_rate: got 8, wanted a number ≥ 0 and < 1 [per year]; did you mean 0.08, as 8 %",
    ),
    "not a number": ("[site]\nroof_m2 = nan", f"{AFTER}:11: site.roof_m2: got nan, wanted a number ≥ 0 [m²]"),
    "infinite": ("[site]\nroof_m2 = inf", f"{AFTER}:11: site.roof_m2: got inf, wanted a number ≥ 0 [m²]"),
    "yes for a number": ("[site]\nroof_m2 = true", f"{AFTER}:11: site.roof_m2: got true, wanted a number ≥ 0 [m²]"),
    "half years": (
        "[converters.pv_roof]\nlife_years = 25.5",
        f"{AFTER}:14: converters.pv_roof.life_years: got 25.5, wanted a whole number ≥ 1 and ≤ 100 [years]",
    ),
    "number for a table": ("[converters]\npv_roof = 5", f"{AFTER}:11: converters.pv_roof: got 5, wanted a table"),
    "bad year": (
        "[emissions]\ncarbon_price = { '2o30' = 80 }",
        f'{AFTER}:18: emissions.carbon_price.2o30: got "2o30", wanted a year from 1990 to 2100',
    ),
    "bad name": (
        '[demands."space-heat"]\ncarrier = "steam"\nannual_mwh = 5',
        f'{NEXT}:2: demands.space-heat: got "space-heat", wanted a name of letters, digits and _ that begins with a letter',
    ),
    "missing key": (
        "[production.cloth]\n",
        f"{NEXT}:2: production.cloth.output: got nothing, wanted a number > 0 [the production's]; this key is required",
    ),
    "unknown preset": (
        '[stores.cell]\npreset = "batery_li_ion"',
        f'{AFTER}:10: stores.cell.preset: got "batery_li_ion", wanted a preset of stores: one of battery_li_ion, '
        "hot_water_tank, hydrogen_tank, phase_change_store, steam_accumulator; did you mean battery_li_ion",
    ),
    "unknown tariff": ('[markets.b]\ntariff = "jiangsu"', "did you mean jiangsu_35kv"),
    "unknown fuel": ('[markets.b]\nfuel = "gas"', "wanted a fuel of the library"),
    "unknown carrier": (
        '[demands.x]\ncarrier = "steem"\nannual_mwh = 5',
        f'{AFTER}:11: demands.x.carrier: got "steem", wanted a carrier: one of biomass, co2, coal, compressed_air, '
        "cooling, diesel, electricity, gas, hot_water, hydrogen, steam, warm_water; did you mean steam",
    ),
    "carrier of a converter": (
        "[converters.gadget]\nlife_years = 9\ncapex_per_kw = 100\noutputs = { heat = 1.0 }",
        f'{NEXT + 3}:13: converters.gadget.outputs.heat: got "heat", wanted a carrier',
    ),
    "nothing supplies": (
        '[demands.cold]\ncarrier = "cooling"\nannual_mwh = 5',
        f"{AFTER}:11: demands.cold.carrier: got cooling, wanted a carrier that a market, converter or contract supplies",
    ),
    "no factor": (
        '[markets.heat]\ncarrier = "steam"\nprice_per_mwh = 300',
        f"{NEXT}:2: markets.heat.emission_factor_t_per_mwh: got nothing, wanted a factor [t CO2e/MWh], or a fuel; "
        "every carrier has an emission line; 0 if it truly has none",
    ),
    "two prices": (
        '[markets.b]\ncarrier = "electricity"\nprice_per_mwh = 300\nvalues = [1.0]',
        "markets.b.values: got price_per_mwh and values, wanted one of price_per_mwh, tou, file, values, or a tariff",
    ),
    "no carrier": ("[markets.b]\nprice_per_mwh = 300", "markets.b.carrier: got nothing, wanted carrier traded"),
    "export without price": (
        '[markets.b]\ntariff = "jiangsu_35kv"\nmax_export_mw = 1',
        "markets.b.export_price_per_mwh: got nothing, wanted a price; required by max_export_mw",
    ),
    "demand charge missing": (
        '[markets.b]\ncarrier = "electricity"\nprice_per_mwh = 600\ndemand_rule = "peak"',
        "markets.b.demand_charge_per_kw_month: got nothing, wanted demand charge",
    ),
    "tariff period": (
        '[markets.b]\ncarrier = "electricity"\n[markets.b.tou]\nprices = { flat = 600, peak = 900 }\n'
        'periods = [{ price = "peek", hours = ["8-11"] }]',
        f'{NEXT + 4}:22: markets.b.tou.periods[0].price: got "peek", wanted a name in prices: one of flat, peak; '
        "did you mean peak",
    ),
    "tariff hours": (
        '[markets.b]\ncarrier = "electricity"\n[markets.b.tou]\nprices = { flat = 600, peak = 900 }\n'
        'periods = [{ price = "peak", hours = ["8-25"] }]',
        f'{NEXT + 4}:39: markets.b.tou.periods[0].hours[0]: got "8-25", wanted hours such as 8-11 or 8:30-10',
    ),
    "no load": (
        '[demands.x]\ncarrier = "electricity"',
        f"{NEXT}:2: demands.x: got nothing, wanted one of annual_mwh, monthly_mwh, file, values",
    ),
    "two loads": (
        '[demands.x]\ncarrier = "electricity"\nannual_mwh = 5\nfile = "x.csv"',
        "demands.x.annual_mwh: got file and annual_mwh, wanted one of annual_mwh, monthly_mwh, file, values; "
        "put the file into profile",
    ),
    "eleven months": (
        '[demands.x]\ncarrier = "electricity"\nmonthly_mwh = [1,1,1,1,1,1,1,1,1,1,1]',
        "demands.x.monthly_mwh: got a list, wanted a list of 12 (a number ≥ 0) [MWh]",
    ),
    "unknown profile": (
        '[demands.x]\ncarrier = "electricity"\nannual_mwh = 5\nprofile = "two_shifts"',
        "wanted a profile of the library: one of",
    ),
    "unknown unit": (
        '[demands.x]\ncarrier = "electricity"\nannual_mwh = "5 Mwh"',
        'demands.x.annual_mwh: got "5 Mwh", wanted a unit of electricity: MWh, kWh',
    ),
    "unknown production": (
        '[demands.x]\ncarrier = "electricity"\nannual_mwh = 5\nfollows = "cloth"',
        'demands.x.follows: got "cloth", wanted a production: nothing (there is none)',
    ),
    "unknown market in bills": (
        "[base_year]\nbilled = { gird = 5 }",
        f'{AFTER}:12: base_year.billed.gird: got "gird", wanted a market or carrier: one of',
    ),
    "bill that cannot be read": (
        '[base_year]\nbilled = { gas = "5 barrels" }',
        f'{AFTER}:18: base_year.billed.gas: got "5 barrels", wanted a unit of gas',
    ),
    "output of nothing": ("[base_year]\noutput = { cloth = 5 }", "base_year.output.cloth: got"),
    "base year too late": ("[base_year]\nyear = 2027", "base_year.year: got 2027, wanted a year up to 2026"),
    "inflation nominal": (
        '[finance]\nprice_basis = "nominal"',
        f"{NEXT}:2: finance.inflation: got nothing, wanted a rate per year; required because finance.price_basis is nominal",
    ),
    "inflation tax": ("[finance]\ntax_rate = 0.25", "required because finance.tax_rate is above 0"),
    "custom factor": (
        '[emissions]\ngrid_factor = "custom"',
        f"{NEXT}:2: emissions.grid_factor_t_per_mwh: got nothing, wanted a number [t CO2e/MWh]; required for custom",
    ),
    "two caps": (
        "[[emissions.caps]]\nlimit_t = 5000\nshare_of_base = 0.5",
        f"{NEXT}:3: emissions.caps[0]: got 2 limits, wanted one of limit_t, share_of_bau, share_of_base, cumulative_t",
    ),
    "cap out of time": (
        "[[emissions.caps]]\nlimit_t = 5000\n[[emissions.caps]]\nlimit_t = 4000\nyear = 2041",
        f"{NEXT + 4}:8: emissions.caps[1].year: got 2041, wanted a year from 2026 to 2030",
    ),
    "unknown standard": ('[rating]\nstandard = "t_ceca"', 'rating.standard: got "t_ceca", wanted a rating standard'),
    "unknown boundary": ('[rating]\nboundary = "III"', 'rating.boundary: got "III", wanted a boundary of the standard'),
    "unknown level": (
        "[rating]\ntarget_stars = 2\ntarget_year = 2030",
        "rating.target_stars: got 2, wanted a level of the standard: one of 3, 4, 5, 6",
    ),
    "target without year": (
        "[rating]\ntarget_stars = 5",
        "rating.target_year: got nothing, wanted the year from which target_stars is required",
    ),
    "target too late": (
        "[rating]\ntarget_stars = 5\ntarget_year = 2031",
        "rating.target_year: got 2031, wanted a year from 2026 to 2030",
    ),
    "hold before target": (
        "[rating]\ntarget_stars = 5\ntarget_year = 2030\nhold_until = 2029",
        "rating.hold_until: got 2029, wanted a year from 2030 on",
    ),
    "unknown item": (
        '[rating]\nquestionnaire = { water_savings = "met" }',
        f'{AFTER}:19: rating.questionnaire.water_savings: got "water_savings", wanted an item of the standard',
    ),
    "rating file missing": ('[rating]\nfile = "own.toml"', 'rating.file: got "own.toml", wanted a file that exists'),
    "stars without rating": ("[durability]\ndurable_stars = 3", "durability.durable_stars: got 3, wanted a [rating]"),
    "durable stars that are no level": (
        "[rating]\ntarget_stars = 3\ntarget_year = 2030\n[durability]\ndurable_stars = 1",
        "durability.durable_stars: got 1, wanted a level of the standard: one of 3, 4, 5, 6",
    ),
    "durable stars without a target": (
        "[rating]\n[durability]\ndurable_stars = 3",
        "durability.durable_stars: got 3, wanted rating.target_stars, with whose year they begin",
    ),
    "given without weights": (
        '[solver]\nresolution = "given"',
        f"{5 - 1}:2: horizon.period_weights: got nothing, wanted how often each given period occurs in a year",
    ),
    "bad resolution": ('[solver]\nresolution = "day:8"', 'got "day:8", wanted days:N such as days:8, full, or given'),
    "holidays of no country": (
        '[site]\ncountry = "XQ"\n[markets.park]\ncarrier = "electricity"\n'
        '[markets.park.tou]\nprices = { flat = 500 }\nperiods = [{ price = "flat", hours = ["0-24"], days = "holiday" }]',
        'site.country: got "XQ", wanted a country, or a part of one, with known holidays; a tariff names holidays',
    ),
    "unknown climate": ('[site]\nclimate = "east"', 'site.climate: got "east", wanted a climate of the library'),
    "saving of nothing": (
        "[retrofits.vsd]\nsavings = { motor = 0.1 }\ncapex = 90000\nlife_years = 9",
        f'{AFTER}:13: retrofits.vsd.savings.motor: got "motor", wanted a demand: one of drying, motors; did you mean motors',
    ),
    "saving in percent": (
        "[retrofits.vsd]\nsavings = { motors = 10 }\ncapex = 90000\nlife_years = 9",
        f"{AFTER}:22: retrofits.vsd.savings.motors: got 10, wanted a number ≥ 0 and ≤ 1 [share]; did you mean 0.1, as 10 %",
    ),
    "no saving": ("[retrofits.vsd]\ncapex = 90000\nlife_years = 9", "wanted savings, or applies_to with saving_share"),
    "preset treats nothing": (
        "[retrofits.led_lighting]\n",
        f"{NEXT}:2: retrofits.led_lighting.applies_to: got none of its end uses lighting, wanted a demand, or its end_use",
    ),
    "unknown end use": (
        '[retrofits.led_lighting]\napplies_to = ["lamps"]',
        f'{AFTER}:15: retrofits.led_lighting.applies_to[0]: got "lamps", wanted a demand or end use',
    ),
    "retrofit without cost": (
        "[retrofits.vsd]\nsavings = { motors = 0.1 }\nlife_years = 9",
        "retrofits.vsd.capex: got nothing, wanted capex or capex_per_annual_mwh; the library has no preset of this name",
    ),
    "preset misspelt": (
        "[converters.pv_rooof]\nmax_mw = 1",
        "converters.pv_rooof.preset: got a name that the library does not have, wanted a preset of converters, "
        "or its own captured_kgco2_per_mwh or outputs; did you mean pv_roof",
    ),
    "more days than a year": ('[solver]\nresolution = "days:400"', 'got "days:400", wanted days:N such as days:8'),
    "own grid factor beside a published one": (
        "[emissions]\ngrid_factor_t_per_mwh = 0.4",
        f"{AFTER}:25: emissions.grid_factor_t_per_mwh: got an own factor, wanted none, because grid_factor is "
        "provincial; or custom",
    ),
    "requires nothing": (
        '[retrofits.motor_ie5]\nrequires = ["ghost"]',
        f'{AFTER}:13: retrofits.motor_ie5.requires[0]: got "ghost", wanted a retrofit or management item: motor_ie5',
    ),
    "excludes itself": (
        '[retrofits.motor_ie5]\nexcludes = ["motor_ie5"]',
        'retrofits.motor_ie5.excludes[0]: got "motor_ie5", wanted another measure than itself',
    ),
    "excludes what it requires": (
        '[retrofits.motor_ie5]\n[retrofits.vsd_fans_pumps]\napplies_to = ["motors"]\nrequires = ["motor_ie5"]\n'
        'excludes = ["motor_ie5"]',
        'retrofits.vsd_fans_pumps.excludes: got "motor_ie5", wanted a measure that it does not require',
    ),
    "side use": (
        '[retrofits.motor_ie5]\nside_use = [{ carrier = "stem", mwh_per_mwh = 0.1 }]',
        f'{AFTER}:25: retrofits.motor_ie5.side_use[0].carrier: got "stem", wanted a carrier',
    ),
    "payment": (
        "[retrofits.motor_ie5]\npayment_shares = [0.5, 0.4]",
        "retrofits.motor_ie5.payment_shares: got a sum of 0.9, wanted shares that sum to 1",
    ),
    "too late": (
        "[retrofits.motor_ie5]\nearliest_year = 2031",
        "retrofits.motor_ie5.earliest_year: got 2031, wanted a year up to 2030, the last year",
    ),
    "too early": (
        "[retrofits.motor_ie5]\nlatest_year = 2025",
        "retrofits.motor_ie5.latest_year: got 2025, wanted a year from 2026 on, the first year",
    ),
    "window closed": (
        "[retrofits.motor_ie5]\nearliest_year = 2028\nlatest_year = 2027",
        "retrofits.motor_ie5.latest_year: got 2027, wanted a year from 2028 on, the earliest_year",
    ),
    "size limits": (
        "[converters.e_boiler]\nmin_mw = 5\nmax_mw = 2",
        "converters.e_boiler.max_mw: got 2, wanted at least 5, the min_mw",
    ),
    "converter without output": (
        "[converters.gadget]\nlife_years = 9\ncapex_per_kw = 100",
        "converters.gadget.outputs: got nothing, wanted a table of carrier to MWh per MWh of activity; the library has no",
    ),
    "converter without cost": (
        "[converters.gadget]\nlife_years = 9\noutputs = { steam = 1.0 }",
        "converters.gadget.capex_per_kw: got nothing, wanted an investment cost; or max_mw = existing_mw",
    ),
    "converter without life": (
        "[converters.gadget]\ncapex_per_kw = 900\noutputs = { steam = 1.0 }",
        "converters.gadget.life_years: got nothing, wanted technical life; no preset supplies it",
    ),
    "cop twice": (
        "[converters.hp]\ncapex_per_kw = 900\nlife_years = 9\ncop = 3\ninputs = { electricity = 0.3 }\noutputs = { steam = 1 }",
        "converters.hp.cop: got 3, wanted no cop beside inputs.electricity",
    ),
    "carnot without source": (
        "[converters.hp]\ncapex_per_kw = 900\nlife_years = 9\ncarnot_share = 0.5\ncop_sink_c = 80\noutputs = { steam = 1 }",
        "converters.hp.cop_source: got nothing, wanted heat source",
    ),
    "minimum load of no unit": (
        "[converters.e_boiler]\nmin_load_share = 0.3",
        "converters.e_boiler.package_mw: got nothing, wanted the size of a unit; required by min_load_share",
    ),
    "too cool for steam": (
        "[converters.e_boiler]\nsupply_temperature_c = 120",
        "converters.e_boiler.outputs: got steam at 165 °C, wanted heat up to 120 °C, its supply_temperature_c",
    ),
    "capex pieces": (
        "[converters.e_boiler]\ncapex_segments = [{ min_mw = 0, max_mw = 2, capex_per_kw = 900 }, "
        "{ min_mw = 1, max_mw = 1, capex_per_kw = 800 }]",
        "converters.e_boiler.capex_segments[1].min_mw: got 1, wanted at least 2, the end of the piece before",
    ),
    "store without carrier": (
        "[stores.pit]\ncapex_per_kwh = 50\ncharge_efficiency = 1.0\ndischarge_efficiency = 1.0\nlife_years = 9",
        "stores.pit.carrier: got nothing, wanted carrier stored; no preset supplies it",
    ),
    "contract without price": (
        '[contracts.deal]\nkind = "as_produced"\ntenor_years = 5\nmax_mw = 2\nprofile = "pv"',
        "contracts.deal.price_per_mwh: got nothing, wanted all-in price",
    ),
    "contract without volume": (
        '[contracts.deal]\nkind = "virtual"\ntenor_years = 5\nprice_per_mwh = 20',
        "contracts.deal.max_mwh_per_year: got nothing, wanted largest volume",
    ),
    "instrument without limit": (
        '[instruments.claim]\nkind = "credit"\nprice = 50',
        "instruments.claim.max_per_year: got nothing, wanted max_per_year or max_share_of_base",
    ),
    "points of nothing": (
        "[rating]\n[management.metering_three_level]\npoints = { infrastucture = 2 }",
        f'{NEXT + 2}:12: management.metering_three_level.points.infrastucture: got "infrastucture", '
        "wanted an indicator of the standard",
    ),
    "gate of nothing": (
        '[rating]\n[management.metering_three_level]\ngate = "metering"',
        'management.metering_three_level.gate: got "metering", wanted a gate item of the standard',
    ),
    "measures in a circle": (
        '[retrofits.motor_ie5]\nrequires = ["b"]\n[retrofits.b]\nsavings = { motors = 0.1 }\ncapex = 1\n'
        'requires = ["motor_ie5"]',
        f"{AFTER}:12: retrofits.motor_ie5.requires: got motor_ie5 requires b requires motor_ie5, "
        "wanted measures that do not require each other",
    ),
    "required key under another name": (
        '[markets.b]\ncarrier = "electricity"\nprice_per_mwh = 500\ndemand_rule = "peak"\n'
        "demand_charge_per_kw_year = 78",
        f"{AFTER + 3}:1: markets.b.demand_charge_per_kw_year: got an unknown key, wanted a key of [markets.b]; "
        "did you mean demand_charge_per_kw_month",
    ),
    "file missing": (
        '[demands.x]\ncarrier = "electricity"\nfile = "load.csv"',
        'demands.x.file: got "load.csv", wanted a file that exists',
    ),
    "price of nothing in a future": (
        '[[futures]]\nname = "a"\nprices = { gass = 2 }\n[[futures]]\nname = "b"\n[futures_rules]\nrevealed = 2028',
        f'{AFTER + 1}:12: futures[0].prices.gass: got "gass", wanted a market, contract or instrument: one of gas, grid',
    ),
    "one future": (
        '[[futures]]\nname = "a"\n[futures_rules]\nrevealed = 2028',
        "futures[0].name: got one future, wanted at least two futures",
    ),
    "two futures of one name": (
        '[[futures]]\nname = "a"\n[[futures]]\nname = "a"\n[futures_rules]\nrevealed = 2028',
        "futures[1].name: got a, wanted another name; two futures are called so",
    ),
    "futures that never part": (
        '[[futures]]\nname = "a"\n[[futures]]\nname = "b"',
        "futures_rules.revealed: got nothing, wanted a year; required because there are futures",
    ),
    "futures that part too late": (
        '[[futures]]\nname = "a"\n[[futures]]\nname = "b"\n[futures_rules]\nrevealed = 2031',
        "futures_rules.revealed: got 2031, wanted a year from 2027 to 2030",
    ),
}

# what is warned about
MAGNITUDES = {
    "gas priced by the kilowatt-hour": (
        '[markets.fuel]\nfuel = "natural_gas"\nprice_per_mwh = 0.365',
        "typed in CNY/kWh? then write 365",
    ),
    "gas priced by the cubic metre": (
        '[markets.fuel]\nfuel = "natural_gas"\nprice_per_mwh = 3.3',
        "got 3.3, wanted 30 to 3000 CNY/MWh; typed by the Nm3? then write 305.16",
    ),
    "kW for MW": (
        "[converters.e_boiler]\nmax_mw = 2500",
        "max_mw: got 2500, wanted 0.01 to 1000 MW; typed in kW? then write 2.5",
    ),
    "CNY/kWh": ("[markets.b]\ncarrier = 'electricity'\nprice_per_mwh = 0.65", "typed in CNY/kWh? then write 650"),
    "percent": (
        "[converters.e_boiler]\ncapex_trend_per_year = -0.5",
        "wanted -0.15 to 0.15 per year; typed in percent?",
    ),
    "万元": (
        "[retrofits.motor_ie5]\ncapex = 120",
        "got 120, wanted 1000 to 1e+09 CNY; typed in 万元? then write 1.2e+06",
    ),
    "kWh": ("[demands.x]\ncarrier = 'electricity'\nannual_mwh = 12000000", "typed in kWh? then write 12000"),
    "g/kWh": (
        "[markets.b]\ncarrier = 'steam'\nprice_per_mwh = 300\nemission_factor_t_per_mwh = 390",
        "typed in kg/MWh? then write 0.39",
    ),
    "kelvin": (
        "[converters.hp]\ncapex_per_kw = 900\nlife_years = 9\ncarnot_share = 0.5\ncop_sink_c = 353.15\ncop_source = 30\n"
        "outputs = { hot_water = 1 }",
        "cop_sink_c: got 353.15, wanted 0 to 250 °C; typed in kelvin? then write 80",
    ),
    "no idea": ("[stores.battery_li_ion]\nmin_hours = 5000\nmax_hours = 6000", "check the unit"),
    "no roof": (
        "[converters.pv_roof]\n",
        "converters.pv_roof: got 0 m² of roof, wanted site.roof_m2 above 0; without it none",
    ),
}
