import { Link, type LinkProps } from "@tanstack/react-router";
import { Fragment, type ReactNode, useEffect } from "react";
import { TopBar } from "./top-bar.tsx";
import "./page.css";

type Crumb = { readonly name: string; readonly link: LinkProps };

type PageProps = {
  readonly title: string;
  /** Where it hangs: from the site down to the page's parent. */
  readonly path?: readonly Crumb[];
  /** The page's own actions, above its cards. */
  readonly actions?: ReactNode;
  /** What stands beside the actions, for example a state. */
  readonly about?: ReactNode;
  readonly children: ReactNode;
};

/** Every page below the frame: top bar with title, then cards on twelve columns. */
export function Page({ title, path = [], actions, about, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Fieldline`;
  }, [title]);
  return (
    <div className="page-column">
      <TopBar>
        {path.map(({ name, link }) => (
          <Fragment key={name}>
            <Link {...link} className="crumb">
              {name}
            </Link>
            <span className="crumb" aria-hidden>
              /
            </span>
          </Fragment>
        ))}
        <h1 className="cut">{title}</h1>
      </TopBar>
      <main className="page" id="main" tabIndex={-1}>
        {(actions || about) && (
          <div className="page-head">
            <div className="row wrap">{about}</div>
            <div className="row wrap">{actions}</div>
          </div>
        )}
        {children}
      </main>
    </div>
  );
}
