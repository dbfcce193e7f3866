// One chart, drawn by ECharts: at once where it is on the screen, else when it comes there.
import { echarts } from "nicegui-echart";

// What options cannot carry as data.
const formatters = new Map();
const short = (value) => {
  const form = Math.abs(value) >= 1e5 ? "compact" : "standard";
  const key = `${document.documentElement.lang}:${form}`;
  if (!formatters.has(key)) {
    formatters.set(key, new Intl.NumberFormat(document.documentElement.lang || "en", { notation: form, maximumSignificantDigits: 3 }));
  }
  return formatters.get(key).format(value);
};

// An interval as a line with two ends across a horizontal bar; value: [place, low, high].
const whisker = (params, api) => {
  const [x0, middle] = api.coord([api.value(1), api.value(0)]);
  const [x1] = api.coord([api.value(2), api.value(0)]);
  const y = middle + api.size([0, 1])[1] * 0.176; // the second of two bars
  const line = (shape) => ({ type: "line", shape, style: { stroke: "#000", lineWidth: 1.5 } });
  return {
    type: "group",
    children: [
      line({ x1: x0, y1: y, x2: x1, y2: y }),
      line({ x1: x0, y1: y - 4, x2: x0, y2: y + 4 }),
      line({ x1: x1, y1: y - 4, x2: x1, y2: y + 4 }),
    ],
  };
};

const complete = (options) => {
  for (const axis of [options.xAxis, options.yAxis]) if (axis?.axisLabel?.short) axis.axisLabel.formatter = short;
  for (const series of options.series) if (series.name === "whisker") series.renderItem = whisker;
  return options;
};

export default {
  template: `<div class="chart"></div>`,
  mounted() {
    this.options = null;
    this.seen = false;
    this.$el.show = (options) => {
      this.options = options;
      this.draw();
    };
    // For a picture to take away, also of a chart that has not been on the screen.
    this.$el.canvas = () => {
      this.seen = true;
      this.draw();
      return this.$el.querySelector("canvas");
    };
    this.looking = new IntersectionObserver((entries) => {
      this.seen = entries[entries.length - 1].isIntersecting;
      this.draw();
    }, { rootMargin: "100px" });
    this.looking.observe(this.$el);
    this.sizing = new ResizeObserver(() => this.chart?.resize());
    this.sizing.observe(this.$el);
  },
  beforeUnmount() {
    this.looking.disconnect();
    this.sizing.disconnect();
    this.chart?.dispose();
  },
  methods: {
    draw() {
      if (!this.seen || this.drawn === this.options || !this.options) return;
      this.chart ??= echarts.init(this.$el, null, { renderer: "canvas" });
      this.chart.setOption(complete(this.options));
      this.drawn = this.options;
    },
  },
};
