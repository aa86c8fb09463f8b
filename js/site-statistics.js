// What a recorder counts for each call site: what is live, what was ever allocated, for how long blocks lived, and
// what was live at the peak of the whole heap. Time is the number of recorded operations.
//
// Invariant: `atPeak` of a site is what was live there at the peak number `peakSeen`. Where a site has not changed since
// a later peak, what is live now was live then, too.

/**
 * @typedef {object} SiteFacts
 * @property {number} caller its number
 * @property {number} liveBytes
 * @property {number} liveBlocks
 * @property {number} totalBytes with what blocks have grown by
 * @property {number} totalBlocks
 * @property {number} lifetimes the sum of those of blocks that have ended
 * @property {number} mostBytes the most that was live there
 * @property {number} mostBlocks the blocks that were live then
 * @property {{bytes: number, blocks: number}} atPeak what was live there at the peak of the whole heap
 * @property {number} peakSeen
 */

export class SiteStatistics {
  /** @type {SiteFacts[]} by index */
  #sites = [];
  #indices = new Map();
  #peak = 0;
  /** When the whole heap had its peak. */
  peakTime = 0;

  /** Returns the index of the site at which a block has begun. */
  begun(caller, size) {
    const index = this.#indexOf(caller);
    const site = this.#beforeChange(index);
    site.liveBlocks += 1;
    site.totalBlocks += 1;
    this.#grow(site, size);
    return index;
  }

  changed(index, growth) {
    this.#grow(this.#beforeChange(index), growth);
  }

  ended(index, size, lifetime) {
    const site = this.#beforeChange(index);
    site.liveBlocks -= 1;
    site.lifetimes += lifetime;
    this.#grow(site, -size);
  }

  /** The latest change was to a new peak of the whole heap. */
  peaked(time) {
    this.#peak += 1;
    this.peakTime = time;
  }

  /** @returns {SiteFacts[]} copies, in the order in which the sites first allocated */
  all() {
    return this.#sites.map((_, index) => ({ ...this.#beforeChange(index) }));
  }

  #indexOf(caller) {
    let index = this.#indices.get(caller);
    if (index === undefined) {
      const nothing = { liveBytes: 0, liveBlocks: 0, totalBytes: 0, totalBlocks: 0, lifetimes: 0 };
      const most = { mostBytes: 0, mostBlocks: 0 };
      const atPeak = { bytes: 0, blocks: 0 };
      index = this.#sites.push({ caller, ...nothing, ...most, atPeak, peakSeen: this.#peak }) - 1;
      this.#indices.set(caller, index);
    }
    return index;
  }

  /** Returns a site, which knows what was live at the latest peak. */
  #beforeChange(index) {
    const site = this.#sites[index];
    if (site.peakSeen !== this.#peak) {
      site.peakSeen = this.#peak;
      site.atPeak = { bytes: site.liveBytes, blocks: site.liveBlocks };
    }
    return site;
  }

  #grow(site, growth) {
    site.liveBytes += growth;
    if (growth > 0) site.totalBytes += growth;
    if (site.liveBytes > site.mostBytes) {
      site.mostBytes = site.liveBytes;
      site.mostBlocks = site.liveBlocks;
    }
  }
}
