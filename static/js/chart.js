// What the charts share: the palette, the numbers of the page's language, and drawing again when
// the width, the font or the theme changes.

const { echarts } = window;
const language = document.documentElement.lang;

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

// A thousand is a K on the pages, a k in what browsers take for British.
const money = (currency, more) => new Intl.NumberFormat(language.split("-")[0], { style: "currency", currency, notation: "compact", ...more });
const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
const month = new Intl.DateTimeFormat(language, { month: "short", year: "numeric", timeZone: "UTC" });

// The words, rules and tooltip of every chart, in the colours of now.
function look() {
  const [text, muted, line, surface] = ["--text", "--muted", "--line", "--raised"].map((token) => colour(token));
  return {
    text, muted, line, surface,
    base: { animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: text } },
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 14, itemHeight: 4, textStyle: { color: muted }, selectedMode: false },
    tooltip: { renderMode: "richText", backgroundColor: surface, borderColor: line, textStyle: { color: text, fontSize: 12 } },
    rule: { lineStyle: { color: line } },
  };
}

// Draws the options that `tell` gives into a place, now and whenever they look otherwise.
function draws(place, tell) {
  if (!echarts) return;
  const drawn = echarts.init(place, null, { renderer: "canvas" });
  const draw = () => drawn.setOption(tell(), true);
  draw();
  document.fonts?.ready.then(draw);
  new ResizeObserver(() => {
    drawn.resize();
    draw();
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}

window.chart = { colour, money, share, day, month, look, draws };
