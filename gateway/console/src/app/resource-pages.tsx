/** List and record of the resource in the address: the feature's own page, else the generic one. */
import { Loader, Stack } from "@mantine/core";
import { useParams, useSearch } from "@tanstack/react-router";
import { type ReactNode, Suspense, useEffect } from "react";
import { History } from "@/features/audit/history";
import { useMe } from "@/shared/api/me";
import { useDescription } from "@/shared/describe";
import { useTextsSoon } from "@/shared/i18n";
import { ListPage } from "@/shared/list/list-page";
import { visited } from "@/shared/recent";
import { RecordPage } from "@/shared/record/record-page";
import { NotAllowed } from "@/shared/ui/not-allowed";
import { featureOf } from "./features";

export function ResourceList() {
  const { resource } = useParams({ from: "/shell/$resource" });
  return (
    <Suspense fallback={<Loader m="xl" />} key={resource}>
      <Guarded resource={resource} action="list">
        <List resource={resource} />
      </Guarded>
    </Suspense>
  );
}

function List({ resource }: { resource: string }) {
  const search = useSearch({ from: "/shell/$resource" });
  const feature = featureOf(resource);
  const Own = feature?.list;
  useTextsSoon(Own && feature.folder);
  if (Own) return <Own search={search} />;
  return (
    <ListPage
      resource={resource}
      search={search}
      columns={feature?.columns}
      creation={feature?.creation}
      selectedTools={feature?.selected}
    />
  );
}

export function ResourceRecord() {
  const { resource, id } = useParams({ from: "/shell/$resource/$id" });
  return (
    <Suspense fallback={<Loader m="xl" />} key={`${resource}/${id}`}>
      <Guarded resource={resource} action="get">
        <RecordOf resource={resource} id={id} />
      </Guarded>
    </Suspense>
  );
}

type Props = { resource: string; id: string };

function RecordOf({ resource, id }: Props) {
  const me = useMe();
  useEffect(() => visited(me.id, { resource, id }), [me.id, resource, id]);
  const feature = featureOf(resource);
  const Own = feature?.record;
  useTextsSoon(Own && feature.folder);
  if (!Own) return <Generic resource={resource} id={id} />;
  if (!feature.history) return <Own id={id} />;
  return (
    <Stack>
      <Own id={id} />
      <History resource={resource} id={id} />
    </Stack>
  );
}

/** A record without a page of its own, and beside it what was done to it. */
function Generic({ resource, id }: Props) {
  const { has_history } = useDescription(resource);
  return (
    <RecordPage resource={resource} id={id}>
      {(record) => has_history && <History resource={resource} id={record.id} />}
    </RecordPage>
  );
}

/** Says which permission is missing to whoever opens an address that the menu does not offer. */
function Guarded({ resource, action, children }: { resource: string; action: string; children: ReactNode }) {
  const needed = useDescription(resource).actions.find(({ name }) => name === action);
  return needed && !needed.allowed ? <NotAllowed permission={needed.permission} /> : children;
}
