// The way from one expectation to another, cause by cause. Colours are tokens.

const { colour, day, draws, look, money } = window.chart;

// Each step hangs where the one before it ended. The axis begins near the lowest, or steps
// would be too small to see; stacked bars count from zero, so all are shifted by that floor.
function hung({ start, steps, end }) {
  let at = start[1];
  const bars = steps.map(([name, value]) => {
    const from = at;
    at += value;
    return { name, value, low: Math.min(from, at), high: Math.max(from, at) };
  });
  const low = Math.min(start[1], end[1], ...bars.map((bar) => bar.low));
  const high = Math.max(start[1], end[1], ...bars.map((bar) => bar.high));
  const floor = low - (high - low) > 0 ? low - (high - low) : Math.min(low, 0);
  return { bars, floor };
}

function options(told, place) {
  const amount = money(told.currency, { maximumSignificantDigits: 3 });
  const signed = money(told.currency, { maximumSignificantDigits: 3, signDisplay: "exceptZero" });
  const [good, bad, whole] = ["--good", "--bad", "--phase-4"].map((token) => colour(token));
  const { text, muted, base, tooltip, rule } = look();
  const { bars, floor } = hung(told);
  const narrow = place.clientWidth < 560;
  const ends = [told.start, told.end].map(([on, value]) => ({ name: day.format(new Date(on)), value, low: floor, high: value, isEnd: true }));
  const all = [ends[0], ...bars, ends[1]];
  const said = ({ isEnd, value }) => (isEnd ? amount : signed).format(value);
  return {
    ...base,
    aria: { enabled: true, label: { description: `${told.label}: ${all.map((bar) => `${bar.name} ${said(bar)}`).join(", ")}` } },
    grid: { left: 8, right: 8, top: 24, bottom: 4, containLabel: true },
    tooltip: { ...tooltip, trigger: "item", formatter: ({ dataIndex }) => `${all[dataIndex].name}: ${said(all[dataIndex])}` },
    xAxis: { type: "category", data: all.map(({ name }) => name), axisTick: { show: false }, axisLine: rule, axisLabel: { color: muted, interval: 0, lineHeight: 15, rotate: narrow ? 55 : 0, width: narrow ? 90 : 84, overflow: narrow ? "truncate" : "break" } },
    yAxis: { type: "value", min: 0, axisLabel: { color: muted, formatter: (value) => amount.format(value + floor), showMinLabel: floor === 0 }, splitLine: rule, splitNumber: 4 },
    series: [
      { type: "bar", stack: "way", silent: true, itemStyle: { color: "transparent" }, data: all.map(({ low }) => low - floor) },
      {
        type: "bar", stack: "way", barMaxWidth: 56,
        label: { show: !narrow, position: "top", color: text, formatter: ({ dataIndex }) => said(all[dataIndex]) },
        data: all.map((bar) => ({ value: bar.high - bar.low, itemStyle: { borderRadius: 3, color: bar.isEnd ? whole : bar.value < 0 ? bad : good } })),
      },
    ],
  };
}

function find() {
  for (const place of document.querySelectorAll("[data-waterfall]:not([data-drawn])")) {
    place.dataset.drawn = "yes";
    const told = JSON.parse(place.dataset.waterfall);
    draws(place, () => options(told, place));
  }
}

find();
document.addEventListener("htmx:afterSettle", find);
