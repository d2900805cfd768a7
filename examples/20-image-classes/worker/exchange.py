"""The machines of a job exchange values over the network. With PyTorch this is torch.distributed.all_gather_object."""
import json
import os
import socket
import struct
import time

hosts = json.loads(os.environ["SM_HOSTS"])
rank = hosts.index(os.environ["SM_CURRENT_HOST"])
address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))


def _send(peer, value):
    text = json.dumps(value).encode()
    peer.sendall(struct.pack("<i", len(text)) + text)


def _receive(peer):
    def exactly(size):
        data = peer.recv(size, socket.MSG_WAITALL)
        if len(data) < size:
            raise ConnectionError("another machine has ended")
        return data

    return json.loads(exactly(struct.unpack("<i", exactly(4))[0]))


def _connect():
    """Connections of the first machine to all others, or of another one to the first."""
    if rank == 0:
        with socket.create_server(address) as server:
            peers = [server.accept()[0] for _ in hosts[1:]]
        return [peer for _, peer in sorted((_receive(peer), peer) for peer in peers)]
    for attempt in range(600):
        try:
            peer = socket.create_connection(address)
            break
        except OSError:
            if attempt == 599:
                raise
            time.sleep(0.1)
    _send(peer, rank)
    return [peer]


_peers = _connect() if len(hosts) > 1 else []


def all_gather(value):
    """The values of all machines in their order, on every machine."""
    if rank > 0:
        _send(_peers[0], value)
        return _receive(_peers[0])
    values = [value] + [_receive(peer) for peer in _peers]
    for peer in _peers:
        _send(peer, values)
    return values
