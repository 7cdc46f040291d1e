// The reliability diagram: what was said against what happened. Colours are tokens.

const place = document.querySelector("#reliability");
const told = document.querySelector("#reliability-data");
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

function options({ bins, words }, language) {
  const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const [text, muted, line, accent, range, surface] = ["--text", "--muted", "--line", "--accent", "--phase-4", "--raised"].map(colour);
  const font = getComputedStyle(document.body).fontFamily;
  const axis = (name) => ({
    type: "value", min: 0, max: 1, name, nameLocation: "middle", nameGap: 32, nameTextStyle: { color: muted },
    axisLine: { lineStyle: { color: line } }, axisLabel: { color: muted, formatter: (value) => share.format(value) }, splitLine: { lineStyle: { color: line } },
  });
  const plain = { type: "line", showSymbol: false, silent: true, emphasis: { disabled: true } };
  // A gap after each bar keeps one from running into the next.
  const bars = bins.flatMap(([said, , low, high]) => [[said, low], [said, high], [said, null]]);
  const read = ({ dataIndex }) => {
    const [said, happened, low, high, n] = bins[dataIndex];
    return `${words.said}: ${share.format(said)}\n${words.happened}: ${share.format(happened)}\n${words.band}: ${share.format(low)} – ${share.format(high)}\nn = ${n}`;
  };
  const series = [
    { ...plain, name: words.perfect, color: muted, lineStyle: { width: 1, type: "dashed" }, data: [[0, 0], [1, 1]] },
    { ...plain, name: words.band, color: range, lineStyle: { width: 3 }, data: bars },
    { type: "scatter", name: words.bins, color: accent, symbolSize: 10, data: bins.map(([said, happened]) => [said, happened]) },
  ];
  return {
    animation: false,
    aria: { enabled: true, label: { description: `${words.bins}: ${bins.map(([said, happened]) => `${share.format(said)} → ${share.format(happened)}`).join(", ")}` } },
    textStyle: { fontFamily: font, color: text },
    grid: { left: 24, right: 20, top: place.clientWidth < 560 ? 64 : 36, bottom: 24, containLabel: true },
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 14, itemHeight: 4, textStyle: { color: muted }, selectedMode: false, data: series.map(({ name }) => name) },
    tooltip: { trigger: "item", renderMode: "richText", backgroundColor: surface, borderColor: line, textStyle: { color: text, fontSize: 12 }, formatter: read },
    xAxis: axis(words.said),
    yAxis: axis(words.happened),
    series,
  };
}

if (place && told && echarts) {
  const data = JSON.parse(told.textContent);
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const draw = () => chart.setOption(options(data, place.dataset.language), true);
  draw();
  document.fonts?.ready.then(draw);
  new ResizeObserver(() => {
    chart.resize();
    draw();
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}
