/** A request at one length of the trail: medians in milliseconds. */
interface GrownRequest {
  readonly request: string;
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** All requests at one length. */
export interface GrownTrail {
  readonly entries: number;
  readonly requests: readonly GrownRequest[];
}

/** How requests grow with the trail, the shortest first. */
export interface GrowthFigures {
  readonly sqlite: readonly GrownTrail[];
  readonly dynamoDb: readonly GrownTrail[];
}
