/** A store that forgets everything with the page: a payment needs no session that outlives it. */
export class Memory {
  readonly #texts = new Map<string, string>();

  async getKeys(): Promise<string[]> {
    return [...this.#texts.keys()];
  }

  async getEntries<T>(): Promise<[string, T][]> {
    return Array.from(this.#texts, ([key, text]) => [key, JSON.parse(text) as T]);
  }

  async getItem<T>(key: string): Promise<T | undefined> {
    const text = this.#texts.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  /** Keeps a copy, as other stores do, so that later changes of the value do not reach it. */
  async setItem<T>(key: string, value: T): Promise<void> {
    this.#texts.set(key, JSON.stringify(value));
  }

  async removeItem(key: string): Promise<void> {
    this.#texts.delete(key);
  }
}
