//! A wire between hospitals that counts what goes over it: houses announce its address and not their own.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crate::house::House;

/// Where a house listens, as stories make them, and where its wire does.
const HOUSE_PORT: u16 = 14_001;
const WIRE_PORT: u16 = 24_001;

/// The wires to all houses of a run.
#[derive(Clone, Default)]
pub(crate) struct Wire(Arc<AtomicU64>);

impl Wire {
    /// Lays a wire to a house that does not run yet.
    pub(crate) fn lay(&self, house: &House) {
        let address = |port| SocketAddr::new(house.web().ip(), port);
        house.configure("network", "announce", vec![format!("/ip4/{}/tcp/{WIRE_PORT}", house.web().ip())]);
        let listener = TcpListener::bind(address(WIRE_PORT)).unwrap();
        let (wire, to) = (self.clone(), address(HOUSE_PORT));
        thread::spawn(move || {
            for caller in listener.incoming().map_while(Result::ok) {
                // A house that does not listen is called again later.
                let Ok(called) = TcpStream::connect(to) else { continue };
                wire.join(&caller, &called);
                wire.join(&called, &caller);
            }
        });
    }

    /// Bytes that went over the wires so far, both ways.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn join(&self, from: &TcpStream, to: &TcpStream) {
        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        [&from, &to].iter().for_each(|end| end.set_nodelay(true).unwrap());
        let bytes = self.0.clone();
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                bytes.fetch_add(count as u64, Ordering::Relaxed);
                if to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            // The other half ends by it; where the connection broke there is nothing to shut.
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}
