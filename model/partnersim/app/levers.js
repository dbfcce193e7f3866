// The controls: a world, a start, and a switch and slider for each policy. What is set is kept here and told to the server;
// the server says what to show only when something else than these controls has changed it (undo, a file, a link).
export default {
  template: `
    <div class="levers">
      <div v-if="worlds.length" class="choice">
        <label :for="id('world')">{{ words.world }}</label>
        <select :id="id('world')" v-model="world" @change="tell({ world })" :aria-describedby="id('world-help')">
          <option v-for="w in worlds" :key="w.value" :value="w.value">{{ w.label }}</option>
        </select>
        <p class="help" :id="id('world-help')">{{ words.world_help }}</p>
      </div>
      <div class="choice">
        <label :for="id('preset')">{{ words.preset }}</label>
        <select :id="id('preset')" v-model="preset" @change="start" :aria-describedby="id('preset-help')">
          <option value="">{{ words.preset_none }}</option>
          <optgroup v-for="g in presets" :key="g.label" :label="g.label">
            <option v-for="p in g.options" :key="p.value" :value="p.value">{{ p.label }}</option>
          </optgroup>
        </select>
        <p class="help" :id="id('preset-help')">{{ words.preset_help }}</p>
      </div>
      <details v-for="(group, place) in groups" :key="group.name" class="group" :open="place < open_first || used(group) > 0">
        <summary><h3>{{ group.title }}</h3><span v-if="used(group)" class="used">{{ words.in_use.replace('{n}', used(group)) }}</span></summary>
        <div v-for="lever in group.levers" :key="lever.name" class="lever" :class="{ on: strength(lever.name) > 0 }" :data-lever="lever.name">
          <div class="head">
            <label :for="id(lever.name + '-switch')">{{ lever.plain }}</label>
            <input type="checkbox" role="switch" :id="id(lever.name + '-switch')" :checked="strength(lever.name) > 0"
              @change="set(lever, $event.target.checked ? (last[lever.name] || 100) : 0)">
          </div>
          <div class="slide">
            <input type="range" min="0" max="100" step="5" :id="id(lever.name)" :value="strength(lever.name)"
              :aria-label="words.strength.replace('{lever}', lever.plain)" :aria-valuetext="zone(strength(lever.name))"
              @input="set(lever, Number($event.target.value))">
            <output :for="id(lever.name)">{{ zone(strength(lever.name)) }}</output>
          </div>
          <p v-if="state[lever.name]?.note" class="help">{{ state[lever.name].note }}</p>
          <details class="more">
            <summary>{{ words.more }}<span class="visually-hidden">: {{ lever.plain }}</span></summary>
            <p><em>{{ lever.title }}</em> · {{ lever.paragraphs }}</p>
            <p><strong>{{ words.how }}</strong> {{ lever.mechanism }}</p>
            <p><strong>{{ words.trade }}</strong> {{ lever.trade }}</p>
            <p><strong>{{ words.price }}</strong></p>
            <ul><li v-for="cost in lever.costs" :key="cost">{{ cost }}</li></ul>
            <div v-for="option in lever.options" :key="option.name" class="choice">
              <label :for="id(lever.name + '-' + option.name)">{{ option.title }}</label>
              <select :id="id(lever.name + '-' + option.name)" :value="String(chosen(lever, option))" @change="choose(lever, option, $event.target.value)">
                <option v-for="v in option.values" :key="v.value" :value="String(v.value)">{{ v.label }}</option>
              </select>
              <p class="help">{{ option.meaning }}</p>
            </div>
            <div v-if="lever.paid" class="choice">
              <label :for="id(lever.name + '-funding')">{{ words.funding }}</label>
              <select :id="id(lever.name + '-funding')" :value="state[lever.name]?.funding || 'new'" @change="fund(lever, $event.target.value)">
                <option value="new">{{ words.funding_new }}</option>
                <option value="absorbed">{{ words.funding_absorbed }}</option>
              </select>
            </div>
            <p><a :href="'/policy/' + lever.name">{{ words.page }}<span class="visually-hidden">: {{ lever.plain }}</span></a></p>
          </details>
        </div>
      </details>
    </div>`,
  props: { groups: Array, worlds: Array, presets: Array, words: Object, shown: Object, open_first: Number },
  emits: ["change"],
  data() {
    return { state: {}, world: "baseline", preset: "", last: {}, waiting: null };
  },
  created() {
    this.show(this.shown);
  },
  methods: {
    id(name) {
      return `lever-${name}`;
    },
    show(shown) {
      this.state = JSON.parse(JSON.stringify(shown.policies));
      this.world = shown.world;
      this.preset = "";
    },
    strength(name) {
      return this.state[name]?.strength || 0;
    },
    used(group) {
      return group.levers.filter((lever) => this.strength(lever.name) > 0).length;
    },
    zone(value) {
      const zones = this.words.zones;
      const name = value === 0 ? zones[0] : value < 30 ? zones[1] : value < 65 ? zones[2] : value < 100 ? zones[3] : zones[4];
      return this.words.value.replace("{zone}", name).replace("{percent}", value);
    },
    chosen(lever, option) {
      const options = this.state[lever.name]?.options || {};
      return option.name in options ? options[option.name] : option.default;
    },
    entry(lever) {
      return this.state[lever.name] || (this.state[lever.name] = { strength: 0, options: {}, funding: "new", note: "" });
    },
    set(lever, value) {
      this.entry(lever).strength = value;
      if (value > 0) this.last[lever.name] = value;
      this.told(lever);
    },
    choose(lever, option, text) {
      const value = option.values.find((v) => String(v.value) === text).value;
      this.entry(lever).options = { ...this.entry(lever).options, [option.name]: value };
      this.told(lever);
    },
    fund(lever, value) {
      this.entry(lever).funding = value;
      this.told(lever);
    },
    told(lever) {
      const { strength, options, funding } = this.entry(lever);
      this.tell({ lever: lever.name, strength, options, funding });
    },
    start() {
      if (this.preset) this.tell({ preset: this.preset });
    },
    // At most one message a frame; the last value of each control wins.
    tell(change) {
      if (this.waiting) {
        const same = this.waiting.findIndex((other) => other.lever === change.lever && change.lever);
        if (same >= 0) this.waiting[same] = change;
        else this.waiting.push(change);
        return;
      }
      this.waiting = [change];
      requestAnimationFrame(() => {
        const changes = this.waiting;
        this.waiting = null;
        this.$emit("change", changes);
      });
    },
  },
};
