import { Empty } from '../ui/problem.tsx';

/** The view is being built. */
export function Fleet() {
  return (
    <>
      <h1>Who has what</h1>
      <Empty>Nothing is here yet.</Empty>
    </>
  );
}
