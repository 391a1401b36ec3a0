import { Empty } from '../ui/problem.tsx';

/** The view is being built. */
export function Trail() {
  return (
    <>
      <h1>Trail</h1>
      <Empty>Nothing is here yet.</Empty>
    </>
  );
}
