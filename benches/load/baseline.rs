//! What the acknowledgements are compared with: the same HTTP server with one insert a request
//! on the same Postgres, and with none at all.

use crate::Measured;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use sqlx::PgPool;
use tokio::net::TcpListener;

pub async fn one_insert_a_request(pool: PgPool) -> Measured<u16> {
    let app = Router::new()
        .route("/slack/events", post(insert))
        .with_state(pool);
    serve(app).await
}

pub async fn nothing_stored() -> Measured<u16> {
    let app = Router::new().route("/slack/events", post(|_: String| async { StatusCode::OK }));
    serve(app).await
}

async fn insert(State(pool): State<PgPool>, body: String) -> StatusCode {
    let stored = sqlx::query("insert into baseline (body) values ($1)").bind(body);
    match stored.execute(&pool).await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn serve(app: Router) -> Measured<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let listener = axum::serve::ListenerExt::tap_io(listener, |tcp| {
        let _ = tcp.set_nodelay(true);
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(port)
}
