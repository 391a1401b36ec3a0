/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
export const Viewer: GatewayDocument<ViewerQuery, ViewerQueryVariables> = "query Viewer{viewer{id kind groups sessionName}gateway{version policySetHash inventoryHash deployedAt policyVersion{number publishedAt}}}";
import type * as Schema from '../../../../src/generated/types.ts';

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { readonly viewer: { readonly id: string, readonly kind: Schema.PrincipalKind, readonly groups: ReadonlyArray<string>, readonly sessionName: string | null }, readonly gateway: { readonly version: string, readonly policySetHash: string, readonly inventoryHash: string, readonly deployedAt: string | null, readonly policyVersion: { readonly number: number, readonly publishedAt: string } | null } };
