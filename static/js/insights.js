// Curves of what happened over those foretold, and the phase mix over time. Colours are tokens.

const { echarts } = window;

const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);
const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

// The chart knows hex and rgb only; the palette is written in oklch.
function colour(token, alpha = 1) {
  probe.style.color = `var(${token})`;
  pixel.fillStyle = getComputedStyle(probe).color;
  pixel.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

const TONES = { won: "--good", lost: "--bad", no_decision: "--muted" };

function frame(place, language) {
  const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const [text, muted, line, surface] = ["--text", "--muted", "--line", "--raised"].map((token) => colour(token));
  const font = getComputedStyle(document.body).fontFamily;
  return {
    share, muted, line,
    base: {
      animation: false,
      textStyle: { fontFamily: font, color: text },
      grid: { left: 8, right: 16, top: place.clientWidth < 560 ? 72 : 44, bottom: 24, containLabel: true },
      tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: surface, borderColor: line, textStyle: { color: text, fontSize: 12 } },
    },
    y: { type: "value", min: 0, axisLabel: { color: muted, formatter: (value) => share.format(value) }, splitLine: { lineStyle: { color: line } } },
  };
}

function ends(place, { weeks, at_risk, ends: lines, model_weeks, words }, language) {
  const { share, muted, line, base, y } = frame(place, language);
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
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 14, itemHeight: 4, textStyle: { color: muted, fontSize: 11 }, selectedMode: false, data: [...seen, ...foretold].map(({ name }) => name) },
    tooltip: { ...base.tooltip, formatter: read },
    xAxis: { type: "value", min: 0, max: last, name: words.weeks, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: muted }, axisLine: { lineStyle: { color: line } }, axisLabel: { color: muted }, splitLine: { show: false } },
    yAxis: y,
    series: [...shade, ...seen, ...foretold],
  };
}

function mix(place, { days, shares, labels }, language) {
  const { share, muted, line, base, y } = frame(place, language);
  const day = new Intl.DateTimeFormat(language, { month: "short", year: "2-digit" });
  const series = labels.map((name, phase) => ({
    type: "line", stack: "mix", name, showSymbol: days.length === 1, color: colour(`--phase-${phase + 1}`), lineStyle: { width: 1, color: colour("--raised") }, areaStyle: { opacity: 1 }, emphasis: { disabled: true },
    data: shares.map((row) => row[phase]),
  }));
  return {
    ...base,
    aria: { enabled: true },
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 14, itemHeight: 8, textStyle: { color: muted, fontSize: 11 }, selectedMode: false },
    tooltip: { ...base.tooltip, valueFormatter: (value) => share.format(value) },
    xAxis: { type: "category", boundaryGap: false, data: days, axisLine: { lineStyle: { color: line } }, axisLabel: { color: muted, formatter: (on) => day.format(new Date(`${on}T12:00:00`)) } },
    yAxis: { ...y, max: 1 },
    series,
  };
}

const KINDS = { ends, mix };

for (const place of document.querySelectorAll("[data-chart]")) {
  const told = document.getElementById(place.dataset.told);
  if (!told || !echarts) continue;
  const data = JSON.parse(told.textContent);
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const draw = () => chart.setOption(KINDS[place.dataset.chart](place, data, place.dataset.language), true);
  draw();
  document.fonts?.ready.then(draw);
  new ResizeObserver(() => {
    chart.resize();
    draw();
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}
