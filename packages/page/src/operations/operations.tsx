import { Empty } from '../ui/problem.tsx';

/** The view is being built. */
export function Operations() {
  return (
    <>
      <h1>Operations</h1>
      <Empty>Nothing is here yet.</Empty>
    </>
  );
}
