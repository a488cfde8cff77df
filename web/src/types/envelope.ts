/** The shape that every answer has, and the mix of it with its data. */

export interface Envelope<Data> {
  success: boolean;
  message: string;
  data: Data;
  statusCode: number;
}

/**
 * The data of an answer. It also has the members of its envelope, so that code written for either shape works:
 * `session.status` and `session.data.status` are the same. The envelope's members are not enumerable, so copies, JSON
 * and comparisons have the data alone.
 */
export type Answer<Data> = Data & Readonly<Envelope<Data>>;
