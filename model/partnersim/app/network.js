// One run as a living network, played month by month in the browser without the server; drawn by ./drawing.
//
// Props: `frames` (stories.living.Living.frames), `nodes` ({label, short} by node, {codes, fields} of the UN entities, which come first),
// `words` (templates of the page's language), `goals` and `regions` (names in the order of the frames), `real` (whether codes are shown).
// Emits `open` with {kind: "agent" | "partnership", number}.

import { DELIVERING, MET, NONE, SIGNED, TALKS, drawing } from "partnersim-drawing";

const SECONDS = { slow: 1.8, normal: 0.9, fast: 0.35 };
const REACH = 14; // pixels from a node or tie that still count as on it

export default {
  mixins: [drawing],
  props: { frames: Object, nodes: Object, words: Object, goals: Array, regions: Array, real: Boolean },
  emits: ["open"],

  template: `
    <div class="ps-net" ref="root">
      <div class="ps-net-bar" role="group" :aria-label="say('player')">
        <button type="button" class="ps-net-play" :aria-label="say(playing ? 'pause' : 'play')" :title="say(playing ? 'pause' : 'play')" @click="toggle">
          <svg viewBox="0 0 16 16" aria-hidden="true"><path :d="playing ? 'M3 2h4v12H3zM9 2h4v12H9z' : 'M3 1.5v13l11-6.5z'"/></svg>
        </button>
        <button type="button" :aria-label="say('back')" :title="say('back')" :disabled="month <= 1" @click="step(-1)">
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 2h3v12H2zM14 1.5v13L6 8z"/></svg>
        </button>
        <button type="button" :aria-label="say('forward')" :title="say('forward')" :disabled="month >= frames.months" @click="step(1)">
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M11 2h3v12h-3zM2 1.5v13L10 8z"/></svg>
        </button>
        <label class="ps-net-slider"><span>{{ say('month') }}</span>
          <input type="range" min="1" :max="frames.months" :value="month" :aria-valuetext="say('month_of', {month, months: frames.months})"
                 @input="go(Number($event.target.value))">
          <output>{{ month }} / {{ frames.months }}</output>
        </label>
        <label><span>{{ say('speed') }}</span>
          <select class="ps-net-speed" v-model="speed"><option v-for="name in ['slow', 'normal', 'fast']" :key="name" :value="name">{{ say(name) }}</option></select>
        </label>
        <button type="button" class="ps-net-whole" :aria-label="say('whole')" :title="say('whole')" @click="whole">
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M1 1h5v2H3v3H1zM10 1h5v5h-2V3h-3zM1 10h2v3h3v2H1zM13 10h2v5h-5v-2h3z"/></svg>
        </button>
      </div>

      <div class="ps-net-stage" ref="stage">
        <canvas ref="canvas" tabindex="0" role="application" :aria-label="say('picture')" :aria-describedby="captionId"
                @keydown="key" @pointermove="hover" @pointerleave="tip = null" @click="tap"></canvas>
        <div v-if="tip" class="ps-net-tip" :style="{left: tip.x + 'px', top: tip.y + 'px'}">{{ tip.text }}</div>
      </div>

      <p :id="captionId" class="ps-net-caption">{{ caption }}</p>
      <p class="ps-net-heard" aria-live="polite">{{ playing ? '' : caption }}</p>
      <ul v-if="struck.length" class="ps-net-struck">
        <li v-for="(item, i) in struck" :key="i"><button type="button" class="ps-net-link" @click="open('agent', item.company)">{{ item.text }}</button></li>
      </ul>

      <ul class="ps-net-legend" :aria-label="say('legend')">
        <li v-for="(kind, k) in frames.kinds" :key="kind"><svg viewBox="0 0 16 16" aria-hidden="true">
          <circle v-if="k === 0" cx="8" cy="8" r="6.5" fill="var(--ps-entity)"/>
          <rect v-if="k === 1" x="3" y="3" width="10" height="10" fill="var(--ps-company)"/>
          <path v-if="k === 2" d="M8 2l6.5 11.5h-13z" fill="var(--ps-government)"/>
          <path v-if="k === 3" d="M8 1.5L14.5 8 8 14.5 1.5 8z" fill="var(--ps-civil)"/></svg>{{ say('kind.' + kind) }}</li>
        <li v-for="stage in ['talks', 'signed', 'delivering', 'transformative', 'failing']" :key="stage">
          <svg viewBox="0 0 28 16" class="ps-net-dash" aria-hidden="true"><path d="M1 8h26" fill="none" :class="'ps-net-' + stage"/></svg>{{ say('stage.' + stage) }}</li>
        <li><svg viewBox="0 0 28 16" class="ps-net-dash" aria-hidden="true"><path d="M1 8h26" fill="none" class="ps-net-together"/></svg>{{ say('stage.together') }}</li>
        <li><svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6" fill="none" stroke="var(--ps-alarm)" stroke-width="2.4"/></svg>{{ say('stage.incident') }}</li>
      </ul>

      <fieldset class="ps-net-filters"><legend>{{ say('filters') }}</legend>
        <label><span>{{ say('goal') }}</span><select v-model.number="goal"><option :value="-1">{{ say('all') }}</option>
          <option v-for="(name, i) in goals" :key="i" :value="i">{{ name }}</option></select></label>
        <label><span>{{ say('region') }}</span><select v-model.number="region"><option :value="-1">{{ say('all') }}</option>
          <option v-for="(name, i) in regions" :key="i" :value="i">{{ name }}</option></select></label>
        <label v-for="(kind, k) in frames.kinds" :key="kind" class="ps-net-check"><input type="checkbox" v-model="shown[k]">{{ say('kind.' + kind) }}</label>
        <label class="ps-net-check"><input type="checkbox" v-model="talks">{{ say('stage.talks') }}</label>
      </fieldset>

      <fieldset class="ps-net-filters"><legend>{{ say('find') }}</legend>
        <label><span>{{ say('agent') }}</span>
          <select class="ps-net-agents" v-model.number="chosen" @keydown.enter.prevent="open('agent', chosen)"><option :value="-1">{{ say('nobody') }}</option>
            <optgroup v-for="(kind, k) in frames.kinds" :key="kind" :label="say('kind.' + kind)">
              <option v-for="n in byKind[k]" :key="n" :value="n">{{ label(n) }}</option></optgroup></select></label>
        <button type="button" :disabled="chosen < 0" @click="open('agent', chosen)">{{ say('open') }}</button>
        <label><span>{{ say('tie') }}</span>
          <select class="ps-net-ties" v-model.number="picked" @focus="list" @keydown.enter.prevent="open('partnership', picked)"><option :value="-1">{{ say('none') }}</option>
            <option v-for="t in listed" :key="t" :value="t">{{ tie(t) }}</option></select></label>
        <button type="button" :disabled="picked < 0" @click="open('partnership', picked)">{{ say('open') }}</button>
        <button type="button" :disabled="chosen < 0 && picked < 0" @click="clear">{{ say('clear') }}</button>
      </fieldset>

      <details class="ps-net-numbers"><summary>{{ say('numbers') }}</summary>
        <div class="ps-net-tables" tabindex="0" role="region" :aria-label="say('numbers')">
          <table class="ps-net-count"><caption>{{ say('table', {month}) }}</caption>
            <tbody><tr v-for="(values, name) in frames.count" :key="name"><th scope="row">{{ say('count.' + name) }}</th><td>{{ values[month - 1] }}</td></tr></tbody></table>
          <table class="ps-net-matrix"><caption>{{ say('matrix', {month}) }}</caption>
            <thead><tr><td></td><th v-for="kind in frames.kinds" :key="kind" scope="col">{{ say('kind.' + kind) }}</th></tr></thead>
            <tbody><tr v-for="(row, i) in matrix" :key="i"><th scope="row">{{ say('kind.' + frames.kinds[i]) }}</th>
              <td v-for="(n, j) in row" :key="j" :style="shade(n)">{{ n }}</td></tr></tbody></table>
        </div>
        <p class="ps-net-note">{{ say('matrix_note') }}</p>
      </details>
    </div>`,

  data() {
    return {
      month: 1, playing: false, speed: "normal", goal: -1, region: -1, shown: [true, true, true, true], talks: true,
      chosen: -1, picked: -1, tip: null, named: this.real, listed: [], matrix: [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
    };
  },

  computed: {
    captionId() { return `ps-net-caption-${this.$.uid}`; },
    byKind() {
      const lists = this.frames.kinds.map(() => []);
      this.frames.node.kind.forEach((k, n) => lists[k].push(n));
      return lists;
    },
    caption() {
      const at = this.month - 1, count = this.frames.count;
      return this.say("caption", {
        month: this.month, live: this.say("live", { n: count.live[at] }), talks: this.say("in_talks", { n: count.talks[at] }),
        incidents: this.say("struck", { n: count.incident_events[at] }),
      });
    },
    struck() {
      return this.frames.incident.filter((i) => i.month === this.month).map((i) => ({
        company: i.company,
        text: this.say("incident", { company: this.label(i.company), entities: i.entities.map((e) => this.short(e)).join(this.words.join) }),
      }));
    },
  },

  watch: {
    month() { this.settle(); },
    goal() { this.settle(); }, region() { this.settle(); }, talks() { this.settle(); }, named() { this.ask(); },
    shown: { deep: true, handler() { this.settle(); } },
    chosen(n) { if (n >= 0) this.picked = -1; this.settle(); },
    picked(t) { if (t >= 0) { this.chosen = -1; if (!this.listed.includes(t)) this.listed = [t, ...this.listed]; } this.settle(); },
  },

  created() {
    // Plain typed arrays: Vue would wrap every number that it watches.
    const { node, tie } = this.frames, ints = (list) => Int32Array.from(list);
    this.g = {
      n: node.kind.length, kind: ints(node.kind), x: ints(node.x), y: ints(node.y), came: ints(node.came), left: ints(node.left),
      ties: tie.size.length, size: ints(tie.size), member: ints(tie.member), company: ints(tie.company), goal: ints(tie.goal), region: ints(tie.region),
      idea: ints(tie.idea), signed: ints(tie.signed), started: ints(tie.started), met: ints(tie.transformative),
      found: ints(tie.found), fixed: ints(tie.fixed), ended: ints(tie.ended),
    };
    this.g.first = new Int32Array(this.g.ties);
    for (let t = 1; t < this.g.ties; t++) this.g.first[t] = this.g.first[t - 1] + this.g.size[t - 1];
    this.incidents = this.frames.incident.map((i) => ({ month: i.month, company: i.company, entities: [...i.entities], ties: [...i.ties] }));
    this.px = new Float32Array(this.g.n);
    this.py = new Float32Array(this.g.n);
    this.progress = 1;
  },

  mounted() {
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this.$refs.stage);
    this.fit();
    this.settle();
  },
  beforeUnmount() {
    this.sizes.disconnect();
    cancelAnimationFrame(this.ticking);
    cancelAnimationFrame(this.asked);
  },

  methods: {
    // Words.
    say(key, values = {}) {
      const text = this.words[key] ?? this.words[`${key}.${values.n === 1 ? "one" : "other"}`] ?? key;
      return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
    },
    label(n) { return n === null || n < 0 ? "" : (this.named && this.nodes.codes[n]) || this.nodes.label[n]; },
    short(n) { return (this.named && this.nodes.codes[n]) || this.nodes.short[n]; },
    name(real) { this.named = real; },
    membersOf(t) { const { first, size, member } = this.g; return Array.from(member.subarray(first[t], first[t] + size[t])); },
    tie(t) {
      const who = this.membersOf(t).map((n) => this.short(n)).join(this.words.join);
      return this.say("tie_label", { number: t, goal: this.goals[this.g.goal[t]], members: who });
    },

    // Where things stand at the end of a month.
    stage(t, month) {
      const g = this.g;
      if (g.idea[t] > month || (g.ended[t] >= 0 && g.ended[t] <= month)) return NONE;
      if (g.signed[t] < 0 || g.signed[t] > month) return TALKS;
      if (g.met[t] >= 0 && g.met[t] <= month) return MET;
      return g.started[t] >= 0 && g.started[t] <= month ? DELIVERING : SIGNED;
    },
    failing(t, month) {
      const { found, fixed } = this.g;
      return found[t] >= 0 && found[t] <= month && !(fixed[t] >= 0 && fixed[t] <= month);
    },
    wanted(t) {
      const g = this.g;
      if ((this.goal >= 0 && g.goal[t] !== this.goal) || (this.region >= 0 && g.region[t] !== this.region)) return false;
      if (this.picked >= 0) return t === this.picked;
      if (this.chosen < 0) return true;
      for (let k = g.first[t]; k < g.first[t] + g.size[t]; k++) if (g.member[k] === this.chosen) return true;
      return false;
    },
    settle() {
      // What is drawn in this month: [tie, stage now, stage before], live ties of each node, and the matrix.
      const g = this.g, month = this.month;
      this.drawn = [];
      this.liveOf = new Int16Array(g.n);
      this.talksOf = new Int16Array(g.n);
      const matrix = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]];
      for (let t = 0; t < g.ties; t++) {
        const now = this.stage(t, month), before = month > 1 ? this.stage(t, month - 1) : now;
        if (now === NONE && before === NONE && t !== this.picked) continue;
        const kinds = [0, 0, 0, 0], wanted = this.wanted(t);
        for (let k = g.first[t]; k < g.first[t] + g.size[t]; k++) {
          kinds[g.kind[g.member[k]]]++;
          if (!wanted) continue;
          if (now > TALKS) this.liveOf[g.member[k]]++;
          else if (now === TALKS) this.talksOf[g.member[k]]++;
        }
        if (now > TALKS) {
          for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) if (i === j ? kinds[i] > 1 : kinds[i] && kinds[j]) matrix[i][j]++;
        }
        if (wanted && (this.talks || now > TALKS || before > TALKS || t === this.picked)) this.drawn.push([t, now, before]);
      }
      this.matrix = matrix;
      this.ask();
    },
    list() {
      this.listed = this.drawn.filter(([, now]) => now !== NONE).map(([t]) => t);
    },
    shade(n) {
      const most = Math.max(1, ...this.matrix.flat());
      return { background: `color-mix(in srgb, var(--ps-entity) ${Math.round((28 * n) / most)}%, transparent)` };
    },

    // Playing.
    toggle() { this.playing ? this.pause() : this.play(); },
    play() {
      if (this.month >= this.frames.months) { this.month = 1; }
      this.playing = true;
      this.progress = 0;
      this.last = performance.now();
      this.ticking = requestAnimationFrame(this.tick);
    },
    pause() { this.playing = false; this.progress = 1; cancelAnimationFrame(this.ticking); this.ask(); },
    tick(now) {
      if (!this.playing) return;
      this.progress += (now - this.last) / (1000 * SECONDS[this.speed]);
      this.last = now;
      if (this.progress >= 1) {
        if (this.month >= this.frames.months) { this.pause(); return; }
        this.month += 1;
        this.progress %= 1;
        if (this.calm.matches) this.ask();
      }
      if (!this.calm.matches) this.draw();
      this.ticking = requestAnimationFrame(this.tick);
    },
    go(month) { if (this.playing) this.pause(); this.progress = 1; this.month = Math.min(Math.max(month, 1), this.frames.months); this.ask(); },
    step(by) { this.go(this.month + by); },
    key(event) {
      const doing = { " ": this.toggle, ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1), Home: () => this.go(1),
        End: () => this.go(this.frames.months), Escape: this.clear,
        Enter: () => (this.picked >= 0 ? this.open("partnership", this.picked) : this.chosen >= 0 && this.open("agent", this.chosen)) }[event.key];
      if (!doing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      doing();
    },

    whole() {
      // The whole screen, with what stands beside the picture.
      if (document.fullscreenElement) document.exitFullscreen();
      else (this.$refs.root.closest(".ps-watch") ?? this.$refs.root).requestFullscreen?.();
    },

    // Choosing.
    open(kind, number) {
      if (number === null || number < 0) return;
      if (kind === "agent") this.chosen = number; else this.picked = number;
      this.$emit("open", { kind, number });
    },
    focus() { this.$refs.canvas.focus({ preventScroll: false }); },
    choose(kind, number) { if (kind === "agent") this.chosen = number; else this.picked = number; },
    clear() { this.chosen = -1; this.picked = -1; },
    present(n) { const { came, left } = this.g; return this.month >= came[n] && (left[n] < 0 || this.month < left[n]); },
    visible(n) {
      return this.shown[this.g.kind[n]] && this.present(n) && (this.chosen < 0 && this.picked < 0 ? true : this.liveOf[n] + this.talksOf[n] > 0 || n === this.chosen || (this.picked >= 0 && this.membersOf(this.picked).includes(n)));
    },
    at(event) {
      const box = this.$refs.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    },
    nodeAt(x, y) {
      let best = -1, least = REACH;
      for (let n = 0; n < this.g.n; n++) {
        if (!this.visible(n)) continue;
        const d = Math.hypot(this.px[n] - x, this.py[n] - y) - this.radius(n);
        if (d < least) { best = n; least = d; }
      }
      return best;
    },
    tieAt(x, y) {
      let best = -1, least = REACH / 2;
      for (const [t, now] of this.drawn) {
        if (now === NONE) continue;
        for (const [a, b] of this.edges(t, this.few())) {
          const c = this.bend(a, b);
          for (let s = 0.1; s < 1; s += 0.1) {
            const d = Math.hypot(this.along(a, b, c, s, "x") - x, this.along(a, b, c, s, "y") - y);
            if (d < least) { best = t; least = d; }
          }
        }
      }
      return best;
    },
    hover(event) {
      const [x, y] = this.at(event), n = this.nodeAt(x, y), t = n < 0 ? this.tieAt(x, y) : -1;
      this.$refs.canvas.style.cursor = n >= 0 || t >= 0 ? "pointer" : "default";
      if (n < 0 && t < 0) { this.tip = null; return; }
      const text = n >= 0 ? `${this.label(n)} · ${this.say("live", { n: this.liveOf[n] })}` : this.tie(t);
      this.tip = { text, x: Math.min(Math.max(x, 90), this.width - 90), y: y + (y > this.height - 70 ? -52 : 18) };
    },
    tap(event) {
      const [x, y] = this.at(event), n = this.nodeAt(x, y), t = n < 0 ? this.tieAt(x, y) : -1;
      if (n >= 0) this.open("agent", n);
      else if (t >= 0) this.open("partnership", t);
      else this.clear();
    },
  },
};
