import { Empty } from '../ui/problem.tsx';

/** The view is being built. */
export function Approvals() {
  return (
    <>
      <h1>Approvals</h1>
      <Empty>Nothing is here yet.</Empty>
    </>
  );
}
