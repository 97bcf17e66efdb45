import "./brand.css";

export function Brand() {
  return (
    <span className="brand">
      <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
        <rect x=".75" y=".75" width="22.5" height="22.5" rx="6" />
        <path d="M5 15.5h3.2l2.3-8 3.2 10 2-5.2H19" />
      </svg>
      <span>Fieldline</span>
    </span>
  );
}
