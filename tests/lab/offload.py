#!/usr/bin/env python3
"""offload.py INTERFACE... - turns segmentation and checksum offload off, as `ethtool -K` does, without ethtool.

A veth pair hands over frames larger than the MTU, with checksums nobody has computed.  A capture of that would not
look like a wire.
"""
import array
import fcntl
import socket
import struct
import sys

SIOCETHTOOL = 0x8946
SETTINGS = {"tx": 0x17, "rx": 0x15, "sg": 0x19, "tso": 0x1F, "gso": 0x24, "gro": 0x2C}


def switch_off(sock, interface, command):
    value = array.array("I", [command, 0])
    address, _ = value.buffer_info()
    fcntl.ioctl(sock, SIOCETHTOOL, struct.pack("16sP16x", interface.encode(), address))


def main():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for interface in sys.argv[1:]:
            for name, command in SETTINGS.items():
                try:
                    switch_off(sock, interface, command)
                except OSError as e:
                    print(f"offload.py: {interface} {name}: {e.strerror}", file=sys.stderr)


if __name__ == "__main__":
    main()
