// The way from one expectation to another, cause by cause. Colours are tokens.

const { echarts } = window;

const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);
const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

// The chart knows hex and rgb only; the palette is written in oklch.
function colour(token) {
  probe.style.color = `var(${token})`;
  pixel.fillStyle = getComputedStyle(probe).color;
  pixel.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

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
  const language = place.dataset.language;
  const money = new Intl.NumberFormat(language, { style: "currency", currency: told.currency, notation: "compact", maximumSignificantDigits: 3 });
  const signed = new Intl.NumberFormat(language, { style: "currency", currency: told.currency, notation: "compact", maximumSignificantDigits: 3, signDisplay: "exceptZero" });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
  const [text, muted, line, good, bad, whole, surface] = ["--text", "--muted", "--line", "--good", "--bad", "--phase-4", "--raised"].map(colour);
  const { bars, floor } = hung(told);
  const narrow = place.clientWidth < 560;
  const ends = [told.start, told.end].map(([on, value]) => ({ name: day.format(new Date(on)), value, low: floor, high: value, isEnd: true }));
  const all = [ends[0], ...bars, ends[1]];
  const said = ({ isEnd, value }) => (isEnd ? money : signed).format(value);
  return {
    animation: false,
    aria: { enabled: true, label: { description: `${told.label}: ${all.map((bar) => `${bar.name} ${said(bar)}`).join(", ")}` } },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: text },
    grid: { left: 8, right: 8, top: 24, bottom: 4, containLabel: true },
    tooltip: { trigger: "item", renderMode: "richText", backgroundColor: surface, borderColor: line, textStyle: { color: text, fontSize: 12 }, formatter: ({ dataIndex }) => `${all[dataIndex].name}: ${said(all[dataIndex])}` },
    xAxis: { type: "category", data: all.map(({ name }) => name), axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { color: muted, interval: 0, rotate: narrow ? 55 : 0, width: narrow ? 90 : 84, overflow: narrow ? "truncate" : "break" } },
    yAxis: { type: "value", min: 0, axisLabel: { color: muted, formatter: (value) => money.format(value + floor), showMinLabel: floor === 0 }, splitLine: { lineStyle: { color: line } }, splitNumber: 4 },
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

function draws(place) {
  if (place.dataset.drawn) return;
  place.dataset.drawn = "yes";
  const told = JSON.parse(place.dataset.waterfall);
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const draw = () => chart.setOption(options(told, place), true);
  draw();
  document.fonts?.ready.then(draw);
  new ResizeObserver(() => {
    chart.resize();
    draw();
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}

function look() {
  if (echarts) document.querySelectorAll("[data-waterfall]").forEach(draws);
}

look();
document.addEventListener("htmx:afterSettle", look);
