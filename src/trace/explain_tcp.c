// SPDX-License-Identifier: MIT
/*
 * explain_tcp.c - the sentences of TCP
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
const struct words words_of_tcp[R_COUNT] = {
	W(TCP_SYN, "SYN",
	  "SYN: let us talk; I count from {seq}",
	  "connect() needs a connection before data can flow", "9293 3.5")
	W(TCP_SYN_AGAIN, "SYN",
	  "SYN again",
	  "no answer came to the one before", "6298 5")
	W(TCP_SYN_ACK, "SYN,ACK",
	  "SYN,ACK: agreed; I count from {seq}",
	  "a SYN arrived, and the port is open", "9293 3.5")
	W(TCP_SYN_ACK_AGAIN, "SYN,ACK",
	  "SYN,ACK again",
	  "the third step of the handshake did not come", "6298 5")
	W(TCP_ACK_SYN, "ACK",
	  "ACK: third step, both counts are confirmed",
	  "the other side agreed and must know that we heard it", "9293 3.5")
	W(TCP_DATA, "data",
	  "{datalen} octets of data, from number {seq}",
	  "a program has sent them, and the window has room", "9293 3.7")
	W(TCP_DATA_FIN, "data, FIN",
	  "the last {datalen} octets, and FIN: nothing more will come",
	  "the program has closed its side", "9293 3.6")
	W(TCP_FIN, "FIN",
	  "FIN: I have nothing more to send",
	  "the program has closed its side", "9293 3.6")
	W(TCP_FIN_AGAIN, "FIN",
	  "FIN again",
	  "it was not acknowledged in time", "9293 3.6")
	W(TCP_ACK, "ACK",
	  "ACK: everything before {ack} has arrived",
	  "data must be acknowledged", "9293 3.8")
	W(TCP_ACK_DELAYED, "ACK",
	  "ACK: everything before {ack} has arrived",
	  "an answer that it could ride on did not come in time", "9293 3.8.6.3")
	W(TCP_ACK_DUP, "ACK",
	  "ACK again: I still wait for {ack}",
	  "a later piece arrived first, or one came twice", "5681 4.2")
	W(TCP_ACK_FIN, "ACK",
	  "ACK of the FIN: I know that you are done",
	  "a FIN must be acknowledged", "9293 3.6")
	W(TCP_ACK_OLD, "ACK",
	  "ACK: I expect {ack}",
	  "a segment outside the window arrived", "9293 3.10.7.4")
	W(TCP_ACK_CHALLENGE, "ACK",
	  "ACK: prove that you are who you claim to be",
	  "a segment arrived that might be forged", "5961 3.2")
	W(TCP_WINDOW_UPDATE, "ACK",
	  "ACK: I have room again[ ({win} before scaling)]",
	  "the program has read", "9293 3.8.6.2.2")
	W(TCP_WINDOW_PROBE, "window probe",
	  "is there room again?",
	  "the other side's window was full, and its update may have been lost", "9293 3.8.6.1")
	W(TCP_KEEPALIVE, "keepalive",
	  "are you still there?",
	  "nothing was heard for a while", "9293 3.8.4")
	W(TCP_RETRANSMIT, "data",
	  "{datalen} octets again, from number {seq}",
	  "they were not acknowledged in time", "6298 5")
	W(TCP_FAST_RETRANSMIT, "data",
	  "{datalen} octets again, from number {seq}",
	  "three duplicate acknowledgements say that they were lost", "5681 3.2")
	W(TCP_RST_REFUSED, "RST",
	  "RST: nobody listens here",
	  "the port is closed", "9293 3.5.2")
	W(TCP_RST_ABORT, "RST",
	  "RST: the connection is over",
	  "the program gave it up at once", "9293 3.10.5")
	W(TCP_RST_BAD_ACK, "RST",
	  "RST: this acknowledges what was never sent",
	  "the segment belongs to no connection of ours", "9293 3.5.2")
	W(TCP_RST_SILENT, "RST",
	  "RST: this connection is given up",
	  "no keepalive was answered; should the peer be there after all, it is to know",
	  "9293 3.8.4")
	W(TCP_RST_DATA_LOST, "RST",
	  "RST: data arrived that nobody will read",
	  "the program closed without reading it", "2525 2.17")
	W(TCP_SYN_ACK_COOKIE, "SYN,ACK",
	  "SYN,ACK: agreed; my count {seq} is a cookie",
	  "the SYN queue is full; the number says all there is to remember",
	  "4987 3.6")
	W(TCP_STATE, "state",
	  "{from} -> {to}",
	  NULL, "9293 3.3.2")
	W(TCP_OPENED, "connection",
	  "the connection {local} - {remote} stands",
	  NULL, "9293 3.5")
	W(TCP_RTT, "round-trip time",
	  "measured {rtt_us}",
	  "an acknowledgement came for a segment that was timed", "6298 2")
	W(TCP_RTO, "retransmission timer",
	  "retransmission timer {rto_ms} ms[; the next is {next_rto_ms} ms]",
	  "no acknowledgement came in time", "6298 5")
	W(TCP_CWND, "congestion window",
	  "congestion window {cwnd} octets, threshold {ssthresh}: {why}",
	  NULL, "5681 3.1")
	W(TCP_HYSTART, "slow start",
	  "{why}: window {cwnd} octets, round trip {rtt_us}[ after {last_rtt_us}]",
	  "a queue that fills is seen as delay before it overflows", "9406 4.2")
	W(TCP_CUBIC, "congestion window",
	  "a curve begins at {cwnd} octets, its middle {w_max} octets in {k_ms} ms: {why}",
	  "CUBIC's window is a function of the time since the last reduction",
	  "9438 4.2")
	W(TCP_BBR, "path model",
	  "{why}: {mode}, bandwidth {bw} octets/s, round trip {min_rtt_us}",
	  "BBR sends at the rate that the path delivered, not until it loses",
	  NULL)
	W(TCP_DCTCP, "congestion window",
	  "of the last window {alpha} of 1024 were marked: window {cwnd} octets",
	  "the window falls as much as there are marks", "8257 3.3")
	W(TCP_ECN, "congestion mark",
	  "{why}[: window {cwnd} octets, threshold {ssthresh}]",
	  "a queue marked packets instead of dropping them", "3168 6.1")
	W(TCP_PACE, "pacing timer",
	  "the next burst may leave, at {rate} octets/s",
	  "a burst at once would only stand in a queue", NULL)
	W(TCP_PERSIST, "persist timer",
	  "the window is still closed, {waiting} octets wait: asks",
	  "its update may have been lost", "9293 3.8.6.1")
	W(TCP_DELACK, "delayed ACK timer",
	  "the wait for company of an ACK is over",
	  "an ACK must not be held back for long", "9293 3.8.6.3")
	W(TCP_KEEP_TIMER, "keepalive timer",
	  "nothing was heard for a while",
	  "a silent peer may be gone", "9293 3.8.4")
	W(TCP_2MSL, "2MSL timer",
	  "TIME-WAIT is over, {=local} may be used again",
	  "all old segments have died out by now", "9293 3.6.1")
	W(TCP_GIVE_UP, "connection",
	  "gives up[ after {tries} tries][ waiting in {state}]",
	  "nothing came back", "9293 3.8.3")
	W(TCP_REASSEMBLY, "reassembly queue",
	  "waits in the reassembly queue: {missing} octets before it are missing",
	  "a piece before it is missing", "9293 3.4")
	W(TCP_RESET_BY_PEER, "RST",
	  "{remote} reset the connection",
	  "its RST is exactly in sequence", "9293 3.10.7.4")
	W(TCP_REFUSED, "RST",
	  "the connection to port {port} is refused",
	  "nobody listens on that port", "9293 3.10.7.3")
	W(TCP_COARSE, "records of what was sent",
	  "no room for one more record; the last one has {octets} octets now",
	  "memory, or their limit, is at its end; at worst something is sent"
	  " twice", "2018 5.1")
	W(TCP_TLP, "tail loss probe",
	  "the last octets under way are sent once more",
	  "two round trips of silence: the answer shows whether something is"
	  " missing", "8985 7.3")
	W(TCP_TLP_TIMER, "probe timer",
	  "{flight} octets under way and {pto_ms} ms of silence: a probe is due",
	  "the end of a flight may be lost, and nothing follows that shows it",
	  "8985 7.2")
	W(TCP_REORDER_TIMER, "reordering timer",
	  "what was late is still missing; {sacked} octets behind it arrived",
	  "if the path had only changed the order it would be here by now",
	  "8985 6.3")
	W(TCP_CA, "state of loss recovery",
	  "from {from} to {to}: {why} (window {cwnd}, threshold {ssthresh},"
	  " in the network {pipe}, lost {lost}, arrived early {sacked})",
	  "what the sender believes of the path decides how fast it sends",
	  "5681 3.2")
	W(TCP_LOST, "loss",
	  "{octets} octets from {seq} on are taken for lost, {age_us} after"
	  " they were sent",
	  "what was sent later has arrived", "8985 6.2")
	W(TCP_REORDERED, "order",
	  "the path changes the order: octet {seq} arrived {octets} octets late",
	  "it was sent only once, so it was never lost; from now on more"
	  " patience is needed", "8985 6.2")
	W(TCP_DSACK, "report of a duplicate",
	  "the peer got {octets} octets from {seq} on a second time",
	  "something was sent again that need not have been", "2883 4")
	W(TCP_UNDO, "reduction taken back",
	  "window {cwnd} and threshold {ssthresh} as before: {why}",
	  "nothing had been lost, so the path did not ask for less", "4015 3.2")
	W(TCP_RENEGED, "report taken back",
	  "the peer forgot {octets} octets that it had reported",
	  "it would have acknowledged them if it still had them: all is sent"
	  " again", "2018 8")
	W(TCP_SYN_FLOOD, "SYN",
	  "too many half-open connections to port {port}: answering with cookies",
	  "{half_open} peers were answered and are silent; nothing more is kept",
	  "4987 3.6")
	W(TCP_COOKIE, "ACK",
	  "the peer brought the SYN cookie back: connection to port {port}",
	  "only who saw our SYN,ACK knows a number that we signed", "4987 3.6")
	W(TCP_FASTOPEN_OPENED, "fast open",
	  "{remote} is connected by its SYN; {octets} octets came with it",
	  "it has a cookie: it received a packet at that address before",
	  "7413 4.1")
	W(TCP_FASTOPEN_TAKEN, "fast open",
	  "{remote} took {octets} octets from the SYN: a round trip is saved",
	  "its SYN,ACK acknowledges them", "7413 4.2.1")
	W(TCP_FASTOPEN_NOT_TAKEN, "fast open",
	  "{remote} took nothing from the SYN; {octets} octets go again",
	  "its SYN,ACK acknowledges the SYN alone", "7413 4.2.1")
	W(TCP_FASTOPEN_LOST, "fast open",
	  "no answer from {remote} to a SYN with {octets} octets of data",
	  "something on the way may not like it: the next SYN has none",
	  "7413 4.1.3")
	W(TCP_URGENT, "urgent data",
	  "{remote} says: hurry, {ahead} octets from here is something urgent",
	  "a segment had the URG bit and a pointer", "6093 2.1")
	W(TCP_RCVBUF, "receive buffer",
	  "the receive buffer grows to {octets} octets",
	  "the program has read {read} in a round trip of {rtt_us}", "9293 3.8.6")
	W(TCP_SNDBUF, "send buffer",
	  "the send buffer grows to {octets} octets",
	  "the congestion window is {cwnd}, and the next should wait behind it", "5681 3.1")
	W(TCP_MTU_PROBE, "data",
	  "{datalen} octets in one, from number {seq}: do so many get through?",
	  "routers may swallow what is too large and not say so", "4821 7.4")
	W(TCP_PATH_SIZE, "size of segments",
	  "{what} (from {low} to {high} octets)", NULL, "4821 7.3")
	W(TCP_REAPED, "connection",
	  "ends the connection to {remote}: its window was shut for {stalled_s} s",
	  "memory is short, and {waiting} octets wait for a reader", "6429 3")
	W(TCP_UTO, "user timeout",
	  "waits up to {limit_s} s for an acknowledgement from now on",
	  "{remote} says that it waits {said_s} s, and the user does not mind",
	  "5482 3.1")
};
/* clang-format on */
