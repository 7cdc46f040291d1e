// Curves of what happened over those foretold, and the phase mix over time. Colours are tokens.

const { colour, draws, look, month, share } = window.chart;

const TONES = { won: "--good", lost: "--bad", no_decision: "--muted" };

function frame(place) {
  const { muted, base, legend, tooltip, rule } = look();
  return {
    muted, rule,
    base: {
      ...base,
      grid: { left: 8, right: 16, top: place.clientWidth < 560 ? 72 : 44, bottom: 24, containLabel: true },
      legend: { ...legend, textStyle: { color: muted, fontSize: 11 } },
      tooltip: { ...tooltip, trigger: "axis" },
    },
    y: { type: "value", min: 0, axisLabel: { color: muted, formatter: (value) => share.format(value) }, splitLine: rule },
  };
}

function ends(place, { weeks, at_risk, ends: lines, model_weeks, words }) {
  const { muted, rule, base, y } = frame(place);
  const plain = { type: "line", showSymbol: false, emphasis: { disabled: true }, silent: true };
  const last = weeks.at(-1);
  const won = lines[0].rows;
  const shade = [
    { ...plain, name: "low", stack: "interval", lineStyle: { opacity: 0 }, data: weeks.map((week, i) => [week, won[i][1]]) },
    { ...plain, name: words.interval, stack: "interval", color: colour(TONES.won, 0.18), lineStyle: { opacity: 0 }, areaStyle: { color: colour(TONES.won, 0.18) }, data: weeks.map((week, i) => [week, won[i][2] - won[i][1]]) },
  ];
  const seen = lines.map(({ key, name, rows }) => ({ ...plain, name, color: colour(TONES[key]), lineStyle: { width: 2 }, data: weeks.map((week, i) => [week, rows[i][0]]) }));
  const foretold = lines.map(({ key, name, model }) => ({ ...plain, name: `${name}, ${words.model}`, color: colour(TONES[key]), lineStyle: { width: 1.5, type: "dashed" }, data: model_weeks.map((week, i) => [week, model[i]]).filter(([week]) => week <= last) }));
  const read = (points) => {
    const week = points[0].axisValue;
    const i = weeks.indexOf(Math.round(week));
    if (i < 0) return "";
    const told = lines.map(({ name, rows }) => `${name}: ${share.format(rows[i][0])} (${share.format(rows[i][1])} – ${share.format(rows[i][2])})`);
    return [`${weeks[i]} ${words.weeks}`, ...told, `${words.at_risk}: ${at_risk[i]}`].join("\n");
  };
  return {
    ...base,
    aria: { enabled: true, label: { description: lines.map(({ name, rows }) => `${name}: ${share.format(rows.at(-1)[0])}`).join(", ") } },
    legend: { ...base.legend, data: [...seen, ...foretold].map(({ name }) => name) },
    tooltip: { ...base.tooltip, formatter: read },
    xAxis: { type: "value", min: 0, max: last, name: words.weeks, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: muted }, axisLine: rule, axisLabel: { color: muted }, splitLine: { show: false } },
    yAxis: y,
    series: [...shade, ...seen, ...foretold],
  };
}

function mix(place, { days, shares, labels }) {
  const { muted, rule, base, y } = frame(place);
  const series = labels.map((name, phase) => ({
    type: "line", stack: "mix", name, showSymbol: days.length === 1, color: colour(`--phase-${phase + 1}`), lineStyle: { width: 1, color: colour("--raised") }, areaStyle: { opacity: 1 }, emphasis: { disabled: true },
    data: shares.map((row) => row[phase]),
  }));
  return {
    ...base,
    aria: { enabled: true },
    legend: { ...base.legend, itemHeight: 8 },
    tooltip: { ...base.tooltip, valueFormatter: (value) => share.format(value) },
    xAxis: { type: "category", boundaryGap: false, data: days, axisLine: rule, axisLabel: { color: muted, formatter: (on) => month.format(new Date(on)) } },
    yAxis: { ...y, max: 1 },
    series,
  };
}

const KINDS = { ends, mix };

for (const place of document.querySelectorAll("[data-chart]")) {
  const told = document.getElementById(place.dataset.told);
  if (!told) continue;
  const data = JSON.parse(told.textContent);
  draws(place, () => KINDS[place.dataset.chart](place, data));
}
