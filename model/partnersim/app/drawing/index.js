// How the living network is drawn on a plain canvas: ties by stage, agents by kind, incidents as they spread.

export const NONE = 0, TALKS = 1, SIGNED = 2, DELIVERING = 3, MET = 4;
const ENTITY = 0, COMPANY = 1;
const COLOURS = {
  entity: "#0072B2", company: "#E69F00", government: "#009E73", civil: "#CC79A7",
  text: "#1A1A1A", muted: "#666666", surface: "#FFFFFF", signed: "#56B4E9", alarm: "#D55E00",
};
const KIND_COLOURS = ["entity", "company", "government", "civil"];
const AFTERGLOW = 2; // months in which an entity that was hit still shows it
const WIDEST = 1.75; // how much wider than high the picture may get

export const drawing = {
  methods: {
    fit() {
      const { stage, canvas } = this.$refs, ratio = window.devicePixelRatio || 1, width = stage.clientWidth;
      if (!width) return;
      this.width = width;
      const tall = window.innerHeight * (document.fullscreenElement ? 0.8 : 0.74);
      this.height = Math.round(Math.max(Math.min(width, tall), Math.min(width, 300)));
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(this.height * ratio);
      canvas.style.height = `${this.height}px`;
      this.ratio = ratio;
      const edge = width < 500 ? 8 : 14, ry = this.height / 2 - edge, rx = Math.min(width / 2 - edge, ry * WIDEST);
      this.rx = rx; this.ry = ry;
      for (let n = 0; n < this.g.n; n++) {
        this.px[n] = width / 2 + (rx * this.g.x[n]) / 1000;
        this.py[n] = this.height / 2 - (ry * this.g.y[n]) / 1000;
      }
      this.scale = Math.min(Math.max(Math.min(rx, ry) / 300, 0.5), 1.5);
      const style = getComputedStyle(this.$refs.root);
      this.colour = Object.fromEntries(Object.entries(COLOURS).map(([name, usual]) => [name, style.getPropertyValue(`--ps-${name}`).trim() || usual]));
      this.font = style.fontFamily;
      this.draw();
    },
    ask() {
      cancelAnimationFrame(this.asked);
      this.asked = requestAnimationFrame(() => this.draw());
    },
    radius(n) {
      const live = this.liveOf[n], s = this.scale;
      if (this.g.kind[n] === ENTITY) return s * (9 + 1.0 * Math.sqrt(live));
      if (this.g.kind[n] === COMPANY) return s * (live ? 2.9 + 0.9 * Math.min(live, 4) : 2);
      return s * (live ? 4.2 + 0.7 * Math.min(live, 4) : 2.6);
    },
    edges(t, chords = true) {
      // The main company is tied to the lead entity and to those outside the UN; further entities are tied to the lead, by chords.
      const g = this.g, out = [], lead = g.member[g.first[t]], main = g.company[t] < 0 ? -1 : g.member[g.first[t] + g.company[t]];
      for (let k = g.first[t]; k < g.first[t] + g.size[t]; k++) {
        const n = g.member[k], further = g.kind[n] === ENTITY && n !== lead, hub = further ? lead : main;
        if (n !== hub && hub >= 0 && this.shown[g.kind[n]] && this.shown[g.kind[hub]] && (chords || !further)) out.push([hub, n]);
      }
      return out;
    },
    bend(a, b) {
      // Ties bow a little towards the middle, so that near and far ones can be told apart; chords between entities bow more.
      const x = (this.px[a] + this.px[b]) / 2, y = (this.py[a] + this.py[b]) / 2;
      const bow = this.g.kind[a] === ENTITY && this.g.kind[b] === ENTITY ? 0.45 : 0.12;
      return { x: x + (this.width / 2 - x) * bow, y: y + (this.height / 2 - y) * bow };
    },
    along(a, b, c, s, axis) {
      const p = axis === "x" ? this.px : this.py, r = 1 - s;
      return r * r * p[a] + 2 * r * s * c[axis] + s * s * p[b];
    },
    curve(draw, a, b) {
      const c = this.bend(a, b);
      draw.moveTo(this.px[a], this.py[a]);
      draw.quadraticCurveTo(c.x, c.y, this.px[b], this.py[b]);
    },
    few() { return this.chosen >= 0 || this.picked >= 0; },
    drawChords(draw) {
      // What entities have with each other: one line for each pair, as wide as they have live partnerships together.
      const pairs = new Map(), g = this.g;
      for (const [t, now] of this.drawn) {
        if (now <= TALKS) continue;
        const lead = g.member[g.first[t]];
        for (let k = g.first[t] + 1; k < g.first[t] + g.size[t] && g.kind[g.member[k]] === ENTITY; k++) {
          const name = Math.min(lead, g.member[k]) * 100000 + Math.max(lead, g.member[k]);
          pairs.set(name, (pairs.get(name) ?? 0) + 1);
        }
      }
      draw.strokeStyle = this.colour.entity; draw.globalAlpha = 0.22;
      for (const [name, n] of pairs) {
        draw.lineWidth = this.scale * (0.6 + 1.1 * Math.sqrt(n));
        draw.beginPath(); this.curve(draw, Math.floor(name / 100000), name % 100000); draw.stroke();
      }
      draw.globalAlpha = 1;
    },
    draw() {
      if (!this.width || !this.drawn) return;
      const draw = this.$refs.canvas.getContext("2d");
      draw.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      draw.clearRect(0, 0, this.width, this.height);
      const f = this.playing && !this.calm.matches ? this.progress : 1;
      draw.lineCap = "round";
      if (!this.few() && this.shown[ENTITY]) this.drawChords(draw);
      this.drawTies(draw, f);
      this.drawClock(draw);
      this.drawTrails(draw, f);
      this.drawNodes(draw, f);
      this.drawMarks(draw, f);
      this.drawNames(draw);
    },
    look(stage, t) {
      const c = this.colour, s = this.scale, few = this.few() || this.goal >= 0 || this.region >= 0;
      if (stage === TALKS) return [c.muted, 0.8 * s, few ? 0.6 : 0.28, [2.5 * s, 3 * s]];
      if (stage === SIGNED) return [c.signed, 1.5 * s, 0.9, []];
      if (stage === MET) return [c.text, 3.6 * s, 0.95, []];
      return this.failing(t, this.month) ? [c.muted, 1.2 * s, few ? 0.5 : 0.26, [7 * s, 3 * s, 1 * s, 3 * s]] : [c.muted, 1.1 * s, few ? 0.85 : 0.45, []];
    },
    drawTies(draw, f) {
      const buckets = new Map();
      const put = (t, look, share) => {
        const alpha = Math.round(20 * look[2] * share) / 20;
        if (!alpha) return;
        const name = `${look[0]} ${look[1]} ${alpha} ${look[3]}`;
        if (!buckets.has(name)) buckets.set(name, [look, alpha, []]);
        buckets.get(name)[2].push(t);
      };
      for (const [t, now, before] of this.drawn) {
        if (now === TALKS && !this.talks) continue;
        if (now === NONE && before === NONE) { put(t, [this.colour.muted, this.scale, 0.6, [1, 5 * this.scale]], 1); continue; }
        if (now === NONE) { if (before > TALKS || this.talks) put(t, this.look(before, t), 1 - f); continue; }
        put(t, this.look(now, t), before === NONE ? f : 1);
        if (now > TALKS && before === TALKS) put(t, [this.colour.signed, 4.5 * this.scale, 0.55, []], 1 - f);
      }
      for (const [look, alpha, ties] of [...buckets.values()].sort((a, b) => a[0][1] - b[0][1])) {
        draw.strokeStyle = look[0]; draw.lineWidth = look[1]; draw.globalAlpha = alpha; draw.setLineDash(look[3]);
        draw.beginPath();
        for (const t of ties) for (const [a, b] of this.edges(t, this.few())) this.curve(draw, a, b);
        draw.stroke();
      }
      draw.setLineDash([]);
      draw.globalAlpha = 1;
    },
    drawClock(draw) {
      const x = this.width / 2, y = this.height / 2, s = this.scale;
      draw.textAlign = "center"; draw.textBaseline = "middle"; draw.lineJoin = "round";
      const lines = [
        [this.say("clock_month"), 12, -34, this.colour.muted, 500],
        [String(this.month), 40, -4, this.colour.text, 600],
        [this.say("clock_year", { year: Math.ceil(this.month / 12) }), 12, 27, this.colour.muted, 500],
      ];
      for (const [text, size, dy, colour, weight] of lines) {
        draw.font = `${weight} ${Math.max(size * s, 9)}px ${this.font}`;
        this.written(draw, text, x, y + dy * s, colour, 5);
      }
    },
    shape(draw, kind, x, y, r) {
      draw.beginPath();
      if (kind === 0) draw.arc(x, y, r, 0, 2 * Math.PI);
      else if (kind === 1) draw.rect(x - r, y - r, 2 * r, 2 * r);
      else if (kind === 2) { draw.moveTo(x, y - 1.25 * r); draw.lineTo(x + 1.15 * r, y + 0.85 * r); draw.lineTo(x - 1.15 * r, y + 0.85 * r); draw.closePath(); }
      else { draw.moveTo(x, y - 1.3 * r); draw.lineTo(x + 1.3 * r, y); draw.lineTo(x, y + 1.3 * r); draw.lineTo(x - 1.3 * r, y); draw.closePath(); }
    },
    drawNodes(draw, f) {
      const { kind, came, left, n } = this.g, month = this.month;
      for (let i = n - 1; i >= 0; i--) {
        const leaving = left[i] === month && f < 1;
        if (!(this.visible(i) || (leaving && this.shown[kind[i]] && this.chosen < 0 && this.picked < 0))) continue;
        const busy = this.liveOf[i] > 0, colour = this.colour[KIND_COLOURS[kind[i]]], r = this.radius(i);
        draw.globalAlpha = (busy || kind[i] === ENTITY ? 1 : this.talksOf[i] ? 0.75 : 0.35) * (leaving ? 1 - f : came[i] === month ? f : 1);
        this.shape(draw, kind[i], this.px[i], this.py[i], r);
        if (busy || kind[i] === ENTITY) {
          draw.fillStyle = colour; draw.fill();
          draw.strokeStyle = this.colour.surface; draw.lineWidth = kind[i] === ENTITY ? 2 : 0.8; draw.stroke();
        } else if (this.talksOf[i]) {
          draw.fillStyle = this.colour.surface; draw.fill();
          draw.strokeStyle = colour; draw.lineWidth = 1.3; draw.stroke();
        } else { draw.fillStyle = colour; draw.fill(); }
        if (i === this.chosen) {
          draw.globalAlpha = 1; draw.beginPath(); draw.arc(this.px[i], this.py[i], r + 5, 0, 2 * Math.PI);
          draw.strokeStyle = this.colour.text; draw.lineWidth = 2; draw.stroke();
        }
      }
      draw.globalAlpha = 1;
    },
    drawNames(draw) {
      // Letters in the discs; beside them, towards the empty middle and where there is room, the entities' fields.
      const s = this.scale, taken = [];
      draw.textBaseline = "middle"; draw.lineJoin = "round";
      for (let i = 0; i < this.g.n && this.g.kind[i] === ENTITY; i++) {
        if (!this.visible(i)) continue;
        const text = this.short(i), r = this.radius(i), x = this.px[i], y = this.py[i], fits = text.length <= 2;
        draw.textAlign = "center";
        draw.font = `700 ${Math.max((fits ? 12 : 11) * s, 9)}px ${this.font}`;
        if (fits) { draw.fillStyle = "#FFFFFF"; draw.fillText(text, x, y + 0.5); }
        else this.written(draw, text, x, y + r + 8 * s, this.colour.text);
        if (!fits || s < 0.9) continue;
        const dx = this.width / 2 - x, dy = this.height / 2 - y, long = Math.hypot(dx, dy) || 1, away = r + 6 * s;
        draw.font = `600 ${10.5 * s}px ${this.font}`;
        const wide = draw.measureText(this.nodes.fields[i]).width, lean = Math.abs(dx) / long;
        const left = lean < 0.5 ? x + (away * dx) / long - wide / 2 : x + Math.sign(dx) * away * lean - (dx > 0 ? 0 : wide);
        const top = y + ((away + (lean < 0.5 ? 4 * s : 0)) * dy) / long;
        const box = [left - 2, top - 8 * s, left + wide + 2, top + 8 * s];
        if (taken.some((b) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3])) continue;
        taken.push(box);
        draw.textAlign = "left";
        this.written(draw, this.nodes.fields[i], left, top, this.colour.text);
      }
    },
    written(draw, text, x, y, colour, halo = 4) {
      draw.strokeStyle = this.colour.surface; draw.lineWidth = halo; draw.globalAlpha = 0.9;
      draw.strokeText(text, x, y);
      draw.globalAlpha = 1; draw.fillStyle = colour;
      draw.fillText(text, x, y);
    },
    trail(draw, a, b, share) {
      if (!share) return;
      const c = this.bend(a, b);
      draw.beginPath(); draw.moveTo(this.px[a], this.py[a]);
      for (let k = 1; k <= 24; k++) draw.lineTo(this.along(a, b, c, (share * k) / 24, "x"), this.along(a, b, c, (share * k) / 24, "y"));
      draw.stroke();
    },
    ring(draw, n, alpha, away) {
      draw.globalAlpha = alpha; draw.lineWidth = 2.6 * this.scale; draw.beginPath();
      draw.arc(this.px[n], this.py[n], this.radius(n) + away * this.scale, 0, 2 * Math.PI); draw.stroke();
    },
    struckNow() {
      // Incidents of this month and their afterglow: [incident, age in months, entities hit, of them the leads].
      const g = this.g, few = this.few();
      return this.incidents.filter((i) => this.month >= i.month && this.month - i.month <= AFTERGLOW && this.shown[COMPANY] && this.shown[ENTITY])
        .filter((i) => !few || i.company === this.chosen || i.entities.includes(this.chosen) || i.ties.includes(this.picked))
        .map((i) => [i, this.month - i.month, i.entities, i.entities.filter((e) => i.ties.some((t) => g.member[g.first[t]] === e))]);
    },
    drawTrails(draw, f) {
      // From the company to the leads of its partnerships, from there to their further entities.
      const g = this.g, share = (start) => (f < 1 ? Math.min(Math.max((f - start) / 0.25, 0), 1) : 1);
      draw.strokeStyle = this.colour.alarm; draw.globalAlpha = 0.85; draw.lineWidth = 2.6 * this.scale;
      for (const [incident, age, hit, leads] of this.struckNow()) {
        if (age) continue;
        for (const e of leads) this.trail(draw, incident.company, e, share(0.2));
        for (const e of hit) {
          if (leads.includes(e)) continue;
          const t = incident.ties.find((tie) => this.membersOf(tie).includes(e));
          this.trail(draw, g.member[g.first[t]], e, share(0.45));
        }
      }
      draw.globalAlpha = 1;
    },
    drawMarks(draw, f) {
      // The company flashes, the entities are ringed as the trail reaches them; standing still, all is seen at once.
      const s = this.scale, moving = f < 1;
      for (const [incident, age, hit, leads] of this.struckNow()) {
        draw.strokeStyle = draw.fillStyle = this.colour.alarm;
        if (age) { for (const e of hit) this.ring(draw, e, (1 - (age - 1 + f) / AFTERGLOW) * 0.7 + 0.05, 3.5); continue; }
        const n = incident.company, x = this.px[n], y = this.py[n], r = this.radius(n) + 1.5 * s;
        draw.globalAlpha = 1;
        this.shape(draw, COMPANY, x, y, r); draw.fill();
        this.ring(draw, n, moving ? Math.max(1 - f / 0.6, 0.25) : 0.9, moving ? 3 + 26 * Math.min(f / 0.6, 1) : 6);
        for (const e of hit) {
          const since = f - (leads.includes(e) ? 0.45 : 0.7);
          if (!moving || since >= 0) this.ring(draw, e, 0.95, moving ? 3.5 + 9 * Math.max(0, 1 - since / 0.3) : 3.5);
        }
        draw.font = `800 ${13 * s}px ${this.font}`; draw.textAlign = "center"; draw.textBaseline = "middle"; draw.globalAlpha = 1;
        draw.strokeStyle = this.colour.surface; draw.lineWidth = 4;
        draw.strokeText("!", x + r + 9 * s, y - r - 7 * s); draw.fillText("!", x + r + 9 * s, y - r - 7 * s);
      }
      draw.globalAlpha = 1;
    },
  },
};
