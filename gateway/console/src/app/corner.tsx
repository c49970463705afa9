/** The end of the bar: what opens over a page needs more script than the page, and is loaded after it. */
import { Bell } from "@/shared/notifications/bell";
import { Person } from "./person";

export default function Corner({ onKeys }: { onKeys: () => void }) {
  return (
    <>
      <Bell />
      <Person onKeys={onKeys} />
    </>
  );
}
