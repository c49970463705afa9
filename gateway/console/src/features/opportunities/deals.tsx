/** The deals, as a table or as a board of the stages of a pipeline. */
import { IconLayoutKanban } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useText } from "@/shared/i18n";
import { LayoutSwitch } from "@/shared/list/layout-switch";
import { ListPage, type ListSearch } from "@/shared/list/list-page";
import { BoardSkeleton } from "./board-skeleton";

const Board = lazy(() => import("./board"));

const COLUMNS = ["name", "account_id", "status", "amount", "close_date", "probability", "owner_id"];

export default function Deals({ search }: { search: ListSearch }) {
  const { text } = useText("opportunities");
  return (
    <ListPage
      resource="opportunities"
      search={search}
      columns={COLUMNS}
      tools={<LayoutSwitch search={search} layout="board" title={text("deals.board")} icon={IconLayoutKanban} />}
      layout={
        search.layout === "board"
          ? (filter) => (
              <Suspense fallback={<BoardSkeleton />}>
                <Board filter={filter} search={search} />
              </Suspense>
            )
          : undefined
      }
    />
  );
}
