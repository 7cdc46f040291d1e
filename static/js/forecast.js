// The fan of a period: what was won, and the range of what will have been. Colours are tokens.

const place = document.querySelector("#fan");
const told = document.querySelector("#fan-data");
const { colour, day, draws, look, money } = window.chart;

function options(fan) {
  const amount = money(fan.currency, { maximumFractionDigits: 1 });
  const [good, accent, range] = ["--phase-7", "--accent", "--phase-4"].map((token) => colour(token));
  const { text, muted, base, legend, tooltip, rule } = look();
  const { words } = fan;
  const narrow = place.clientWidth < 560;
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
    if (won.has(date)) said.push(`${words.won}: ${amount.format(won.get(date))}`);
    if (week && !won.has(date)) said.push(`${words.range}: ${amount.format(week[2])} – ${amount.format(week[4])}`, `${words.median}: ${amount.format(week[3])}`);
    if (fan.call !== null && date === fan.weeks.at(-1)[0]) said.push(`${words.call}: ${amount.format(fan.call)}`);
    if (fan.target !== null) said.push(`${words.target}: ${amount.format(fan.target)}`);
    return said.join("\n");
  };
  return {
    ...base,
    aria: { enabled: true, label: { description: place.getAttribute("aria-label") || words.range } },
    grid: { left: 8, right: 20, top: narrow ? 60 : 36, bottom: 4, containLabel: true },
    legend: { ...legend, data: series.slice(1).map(({ name }) => name) },
    tooltip: { ...tooltip, trigger: "axis", axisPointer: { lineStyle: { color: muted } }, formatter: read },
    xAxis: { type: "time", axisLine: rule, axisTick: { show: false }, splitLine: { show: false }, axisLabel: { color: muted, hideOverlap: true, formatter: (value) => day.format(new Date(value)) } },
    yAxis: { type: "value", min: 0, axisLabel: { color: muted, formatter: (value) => amount.format(value) }, splitLine: rule, splitNumber: 4 },
    series,
  };
}

if (place && told) {
  const fan = JSON.parse(told.textContent);
  draws(place, () => options(fan));
}

// The browser prints anyway; the button is there for who looks for one.
const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
