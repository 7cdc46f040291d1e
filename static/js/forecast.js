// The fan of a period: what was won, and the range of what will have been. Colours are tokens.

const place = document.querySelector("#fan");
const told = document.querySelector("#fan-data");
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

function options(fan, language) {
  const money = new Intl.NumberFormat(language, { style: "currency", currency: fan.currency, notation: "compact", maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
  const [text, muted, line, good, accent, range, surface] = ["--text", "--muted", "--line", "--phase-7", "--accent", "--phase-4", "--raised"].map(colour);
  const { words } = fan;
  const narrow = place.clientWidth < 560;
  const font = getComputedStyle(document.body).fontFamily;
  const plain = { type: "line", showSymbol: false, emphasis: { disabled: true } };
  const at = (week, value) => [week[0], value];
  const series = [
    { ...plain, name: "low", stack: "range", silent: true, lineStyle: { opacity: 0 }, data: fan.weeks.map((week) => at(week, week[2])) },
    { ...plain, name: words.range, stack: "range", lineStyle: { opacity: 0 }, color: range, areaStyle: { color: range, opacity: 0.28 }, data: fan.weeks.map((week) => at(week, week[4] - week[2])) },
    { ...plain, name: words.median, color: accent, lineStyle: { width: 2, type: [5, 4] }, data: fan.weeks.map((week) => at(week, week[3])) },
    { ...plain, name: words.won, color: good, step: "end", lineStyle: { width: 2.5 }, data: fan.won },
  ];
  if (fan.target !== null)
    series.push({ ...plain, name: words.target, color: text, lineStyle: { width: 1, type: "dotted" }, data: [[(fan.won[0] ?? fan.weeks[0])[0], fan.target], at(fan.weeks.at(-1), fan.target)] });
  if (fan.call !== null)
    series.push({ type: "scatter", name: words.call, color: accent, symbol: "diamond", symbolSize: 13, emphasis: { disabled: true }, data: [at(fan.weeks.at(-1), fan.call)] });
  const by = new Map(fan.weeks.map((week) => [week[0], week]));
  const won = new Map(fan.won);
  const read = (params) => {
    const date = params[0].data[0];
    const week = by.get(date);
    const said = [day.format(new Date(date))];
    if (won.has(date)) said.push(`${words.won}: ${money.format(won.get(date))}`);
    if (week && !won.has(date)) said.push(`${words.range}: ${money.format(week[2])} – ${money.format(week[4])}`, `${words.median}: ${money.format(week[3])}`);
    if (fan.call !== null && date === fan.weeks.at(-1)[0]) said.push(`${words.call}: ${money.format(fan.call)}`);
    if (fan.target !== null) said.push(`${words.target}: ${money.format(fan.target)}`);
    return said.join("\n");
  };
  return {
    animation: false,
    aria: { enabled: true, label: { description: place.getAttribute("aria-label") || words.range } },
    textStyle: { fontFamily: font, color: text },
    grid: { left: 8, right: 20, top: narrow ? 60 : 36, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 14, itemHeight: 4, textStyle: { color: muted }, selectedMode: false, data: series.slice(1).map(({ name }) => name) },
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: surface, borderColor: line, textStyle: { color: text, fontSize: 12 }, axisPointer: { lineStyle: { color: muted } }, formatter: read },
    xAxis: { type: "time", axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, splitLine: { show: false }, axisLabel: { color: muted, hideOverlap: true, formatter: (value) => day.format(new Date(value)) } },
    yAxis: { type: "value", min: 0, axisLabel: { color: muted, formatter: (value) => money.format(value) }, splitLine: { lineStyle: { color: line } }, splitNumber: 4 },
    series,
  };
}

if (place && told && echarts) {
  const fan = JSON.parse(told.textContent);
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const draw = () => chart.setOption(options(fan, place.dataset.language), true);
  draw();
  document.fonts?.ready.then(draw);
  new ResizeObserver(() => {
    chart.resize();
    draw();
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}

// The browser prints anyway; the button is there for who looks for one.
const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
