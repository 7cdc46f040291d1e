// The reliability diagram: what was said against what happened. Colours are tokens.

const place = document.querySelector("#reliability");
const told = document.querySelector("#reliability-data");
const { colour, draws, look, share } = window.chart;

function options({ bins, words }) {
  const { muted, base, legend, tooltip, rule } = look();
  const axis = (name) => ({
    type: "value", min: 0, max: 1, name, nameLocation: "middle", nameGap: 32, nameTextStyle: { color: muted },
    axisLine: rule, axisLabel: { color: muted, formatter: (value) => share.format(value) }, splitLine: rule,
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
    { ...plain, name: words.band, color: colour("--phase-4"), lineStyle: { width: 3 }, data: bars },
    { type: "scatter", name: words.bins, color: colour("--accent"), symbolSize: 10, data: bins.map(([said, happened]) => [said, happened]) },
  ];
  return {
    ...base,
    aria: { enabled: true, label: { description: `${words.bins}: ${bins.map(([said, happened]) => `${share.format(said)} → ${share.format(happened)}`).join(", ")}` } },
    grid: { left: 24, right: 20, top: place.clientWidth < 560 ? 64 : 36, bottom: 24, containLabel: true },
    legend: { ...legend, data: series.map(({ name }) => name) },
    tooltip: { ...tooltip, trigger: "item", formatter: read },
    xAxis: axis(words.said),
    yAxis: axis(words.happened),
    series,
  };
}

if (place && told) {
  const data = JSON.parse(told.textContent);
  draws(place, () => options(data));
}
