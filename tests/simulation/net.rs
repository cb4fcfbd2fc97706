//! The simulated network, as the server and the customers see it.
use axum::serve::Listener;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use turmoil::net::TcpListener;
pub use turmoil::net::TcpStream as Stream;

pub const PORT: u16 = 8080;

pub struct Net(TcpListener);

impl Net {
    pub async fn listen() -> io::Result<Self> {
        Ok(Self(TcpListener::bind((IpAddr::V4(Ipv4Addr::UNSPECIFIED), PORT)).await?))
    }
}

impl Listener for Net {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok(accepted) => return accepted,
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// To the server of a node.
pub async fn connect(node: usize) -> io::Result<Stream> {
    Stream::connect((format!("node{node}"), PORT)).await
}
